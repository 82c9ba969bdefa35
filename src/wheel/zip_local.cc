#include "wheel/zip_local.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "elfwheel/base/error.h"
#include "wheel/entry_path.h"

namespace elfwheel::wheel {
namespace {

constexpr std::string_view kLocalSignatureText = "PK\3\4";

[[noreturn]] void fail(std::string message) {
  throw Error(ErrorCode::kCorrupt, std::move(message));
}

// The extra fields that a reader may go by (APPNOTE 4.5.1).
struct ExtraFields {
  std::optional<Bytes> zip64;
  std::optional<Bytes> unicode_path;
};

// Trailing bytes too short for a field are padding that some archivers leave.
ExtraFields parse_extra(Bytes extra) {
  ExtraFields fields;
  for (uint64_t at = 0; extra.contains(at, 4);) {
    const uint16_t id = extra.read<U16>(at, "extra field");
    const uint16_t length = extra.read<U16>(at + 2, "extra field");
    if (!extra.contains(at + 4, length)) fail("an extra field ends behind its header");
    std::optional<Bytes>* const known = id == kZip64ExtraId         ? &fields.zip64
                                        : id == kUnicodePathExtraId ? &fields.unicode_path
                                                                    : nullptr;
    if (known != nullptr) {
      if (known->has_value()) fail(fmt::format("there are two extra fields of the kind {:#x}", id));
      *known = extra.sub(at + 4, length, "extra field");
    }
    at += 4u + length;
  }
  return fields;
}

// Python takes this name from 3.13 on; others have the header's.
void check_unicode_path(const ExtraFields& fields, std::string_view name) {
  constexpr uint64_t kNameOffset = 5;  // behind a version and the header name's CRC-32
  if (!fields.unicode_path) return;
  const Bytes& body = *fields.unicode_path;
  const std::string_view other =
      body.size() < kNameOffset ? ""
                                : body.sub(kNameOffset, body.size() - kNameOffset, "name").text();
  if (other != name) fail(fmt::format("an extra field calls it {}", printable(other)));
}

// Values of a ZIP64 field that nothing asks for: some readers take them all the same.
void check_unasked(const Bytes& zip64, uint64_t size, uint64_t compressed_size) {
  if (zip64.size() < 2 * sizeof(U64)) return;
  if (zip64.read<U64>(0, "ZIP64 extra field") != size ||
      zip64.read<U64>(sizeof(U64), "ZIP64 extra field") != compressed_size)
    fail("the ZIP64 extra field has other sizes than the header");
}

// Sizes of a local header, ZIP64 resolved. Both are there if one is full (APPNOTE 4.5.3).
std::pair<uint64_t, uint64_t> local_sizes(const LocalHeader& local, const ExtraFields& fields) {
  uint64_t size = local.size;
  uint64_t compressed_size = local.compressed_size;
  const bool full = size == kElsewhere32 || compressed_size == kElsewhere32;
  if (!fields.zip64) return {size, compressed_size};
  if (!full) {
    check_unasked(*fields.zip64, size, compressed_size);
    return {size, compressed_size};
  }
  const bool both = fields.zip64->size() >= 2 * sizeof(U64);
  if (size == kElsewhere32) size = fields.zip64->read<U64>(0, "ZIP64 extra field");
  if (compressed_size == kElsewhere32)
    compressed_size = fields.zip64->read<U64>(both ? sizeof(U64) : 0, "ZIP64 extra field");
  return {size, compressed_size};
}

// Behind the data: a signature that may be missing, CRC-32, and sizes of 4 or 8 bytes each
// (APPNOTE 4.3.9). The length of what fits, or nothing.
std::optional<uint64_t> find_descriptor(Bytes gap, const Listed& listed) {
  for (const uint64_t start : {uint64_t{4}, uint64_t{0}}) {
    if (start != 0 &&
        (!gap.contains(0, 4) || gap.read<U32>(0, "data descriptor") != kDescriptorSignature))
      continue;
    if (!gap.contains(start, 12) || gap.read<U32>(start, "data descriptor") != listed.header.crc32)
      continue;
    if (gap.contains(start, 20) &&
        gap.read<U64>(start + 4, "data descriptor") == listed.compressed_size &&
        gap.read<U64>(start + 12, "data descriptor") == listed.size)
      return start + 20;
    if (gap.read<U32>(start + 4, "data descriptor") == listed.compressed_size &&
        gap.read<U32>(start + 8, "data descriptor") == listed.size)
      return start + 12;
  }
  return std::nullopt;
}

}  // namespace

// The ZIP64 extra field holds only those values whose own field is full, in this order
// (APPNOTE 4.5.3).
void resolve_extra(Listed& listed, Bytes extra) {
  const ExtraFields fields = parse_extra(extra);
  check_unicode_path(fields, listed.name);
  if (!fields.zip64) return;  // then 0xffffffff is the value
  uint64_t* const values[] = {&listed.size, &listed.compressed_size, &listed.offset};
  if (std::none_of(std::begin(values), std::end(values),
                   [](const uint64_t* value) { return *value == kElsewhere32; }))
    return check_unasked(*fields.zip64, listed.size, listed.compressed_size);
  uint64_t at = 0;
  for (uint64_t* const value : values) {
    if (*value != kElsewhere32) continue;
    *value = fields.zip64->read<U64>(at, "ZIP64 extra field");
    at += sizeof(U64);
  }
}

LocalEntry read_local(Bytes archive, const Listed& listed) {
  const auto local = archive.read<LocalHeader>(listed.offset, "local header");
  if (local.signature != kLocalSignature)
    fail(fmt::format("no local header at {:#x}", listed.offset));
  const uint64_t name_offset = listed.offset + sizeof(LocalHeader);
  const auto name = archive.sub(name_offset, local.name_length, "local header").text();
  if (name != listed.name)
    fail(fmt::format("the local header at {:#x} calls it {}", listed.offset, printable(name)));
  if (local.method != listed.header.method)
    fail(fmt::format("the compression method is {} in the local header and {} in the directory",
                     uint16_t{local.method}, uint16_t{listed.header.method}));
  constexpr uint16_t kComparedFlags = static_cast<uint16_t>(~(kFlagDataDescriptor | kFlagLevel));
  if ((local.flags & kComparedFlags) != (listed.header.flags & kComparedFlags))
    fail(fmt::format("the flags are {:#x} in the local header and {:#x} in the directory",
                     uint16_t{local.flags}, uint16_t{listed.header.flags}));
  const Bytes extra =
      archive.sub(name_offset + local.name_length, local.extra_length, "local header");
  const ExtraFields fields = parse_extra(extra);
  check_unicode_path(fields, listed.name);

  LocalEntry entry;
  entry.has_descriptor = (local.flags & kFlagDataDescriptor) != 0;
  const auto [size, compressed_size] = local_sizes(local, fields);
  entry.has_sizes = size == listed.size && compressed_size == listed.compressed_size &&
                    local.crc32 == listed.header.crc32;
  // Fields that a descriptor makes up for are 0, or full where ZIP64's are 0.
  const auto is_left_open = [&](uint64_t here, uint64_t there) {
    return here == there || (entry.has_descriptor && (here == 0 || here == kElsewhere32));
  };
  if (!is_left_open(size, listed.size) || !is_left_open(compressed_size, listed.compressed_size) ||
      !is_left_open(local.crc32, listed.header.crc32))
    fail("size or CRC-32 differ between the local header and the directory");
  entry.data = archive.sub(name_offset + local.name_length + local.extra_length,
                           listed.compressed_size, "packed data");
  return entry;
}

void check_gap(Bytes gap, const Listed& listed, const LocalEntry& local) {
  uint64_t known = 0;
  if (local.has_descriptor) {
    const auto length = find_descriptor(gap, listed);
    if (!length && !local.has_sizes)
      fail("its data descriptor is missing, or differs from the directory");
    known = length.value_or(0);
  }
  if (gap.sub(known, gap.size() - known, "gap").text().find(kLocalSignatureText) !=
      std::string_view::npos)
    fail("an entry follows it that the directory does not list");
}

}  // namespace elfwheel::wheel
