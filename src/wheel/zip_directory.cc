#include "wheel/zip_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/packed_int.h"
#include "elfwheel/base/error.h"
#include "wheel/dos_time.h"
#include "wheel/entry_path.h"

namespace elfwheel::wheel {
namespace {

using U16 = Packed<uint16_t, std::endian::little>;
using U32 = Packed<uint32_t, std::endian::little>;
using U64 = Packed<uint64_t, std::endian::little>;

// APPNOTE 4.3.16.
struct EndRecord {
  U32 signature;
  U16 disk, directory_disk, disk_entries, entries;
  U32 directory_size, directory_offset;
  U16 comment_length;
};
static_assert(sizeof(EndRecord) == 22);

// APPNOTE 4.3.15.
struct Zip64Locator {
  U32 signature, disk;
  U64 end_offset;
  U32 disks;
};
static_assert(sizeof(Zip64Locator) == 20);
constexpr uint32_t kZip64LocatorSignature = 0x07064b50;

// APPNOTE 4.3.14.
struct Zip64EndRecord {
  U32 signature;
  U64 record_size;  // of what follows this field
  U16 version_made, version_needed;
  U32 disk, directory_disk;
  U64 disk_entries, entries, directory_size, directory_offset;
};
static_assert(sizeof(Zip64EndRecord) == 56);
constexpr uint32_t kZip64EndSignature = 0x06064b50;

// APPNOTE 4.3.12.
struct DirectoryHeader {
  U32 signature;
  U16 version_made, version_needed, flags, method, time, date;
  U32 crc32, compressed_size, size;
  U16 name_length, extra_length, comment_length, disk, internal_attributes;
  U32 external_attributes, offset;
};
static_assert(sizeof(DirectoryHeader) == 46);
static_assert(offsetof(DirectoryHeader, time) == kDirectoryTimeOffset);
constexpr uint32_t kDirectorySignature = 0x02014b50;

// APPNOTE 4.3.7.
struct LocalHeader {
  U32 signature;
  U16 version_needed, flags, method, time, date;
  U32 crc32, compressed_size, size;
  U16 name_length, extra_length;
};
static_assert(sizeof(LocalHeader) == 30);
static_assert(offsetof(LocalHeader, time) == kLocalTimeOffset);
constexpr uint32_t kLocalSignature = 0x04034b50;

constexpr uint16_t kFlagEncrypted = 1 << 0;
constexpr uint16_t kFlagDataDescriptor = 1 << 3;
constexpr uint16_t kFlagPatch = 1 << 5;
constexpr uint16_t kFlagStrongEncryption = 1 << 6;
constexpr uint16_t kFlagUtf8 = 1 << 11;
constexpr uint16_t kFlagMaskedHeader = 1 << 13;
constexpr uint16_t kZip64ExtraId = 0x0001;
// The value of a field whose true value is in a ZIP64 record.
constexpr uint32_t kElsewhere32 = 0xffffffff;
constexpr uint16_t kElsewhere16 = 0xffff;

// st_mode (POSIX); the constants of <sys/stat.h> are the host's, these are the format's.
constexpr uint32_t kModeType = 0170000;
constexpr uint32_t kModeDirectory = 0040000;
constexpr uint32_t kModeRegular = 0100000;
constexpr uint32_t kModeSymlink = 0120000;

[[noreturn]] void fail(std::string message) {
  throw Error(ErrorCode::kCorrupt, std::move(message));
}

std::string label(std::string_view name) {
  return name.empty() ? "an entry without a name" : printable(name);
}

[[noreturn]] void fail_entry(std::string_view name, std::string_view problem) {
  fail(fmt::format("{}: {}", label(name), problem));
}

// Where the directory lies, ZIP64 resolved.
struct DirectoryPlace {
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t entries = 0;
};

// The end record is the last thing in the archive but for its comment; its comment's length must
// lead exactly to the end of the file.
uint64_t find_end_record(Bytes archive) {
  constexpr uint64_t kMaxComment = 0xffff;
  constexpr std::string_view kSignatureText = "PK\5\6";
  const uint64_t tail_size = std::min<uint64_t>(archive.size(), kMaxComment + sizeof(EndRecord));
  const Bytes tail = archive.sub(archive.size() - tail_size, tail_size, "end record");
  size_t at = tail.text().rfind(kSignatureText);
  while (at != std::string_view::npos) {
    if (tail.contains(at, sizeof(EndRecord))) {
      const auto end = tail.read<EndRecord>(at, "end record");
      if (at + sizeof(EndRecord) + end.comment_length == tail.size())
        return archive.size() - tail_size + at;
    }
    at = at == 0 ? std::string_view::npos : tail.text().rfind(kSignatureText, at - 1);
  }
  fail("not a zip archive: there is no end-of-central-directory record at its end");
}

DirectoryPlace zip64_place(Bytes archive, uint64_t end_offset) {
  if (end_offset < sizeof(Zip64Locator))
    fail("not a zip archive: it asks for a ZIP64 record and has none");
  const uint64_t locator_offset = end_offset - sizeof(Zip64Locator);
  const auto locator = archive.read<Zip64Locator>(locator_offset, "ZIP64 locator");
  if (locator.signature != kZip64LocatorSignature)
    fail("not a zip archive: it asks for a ZIP64 record and has none");
  const auto end = archive.read<Zip64EndRecord>(locator.end_offset, "ZIP64 end record");
  if (end.signature != kZip64EndSignature ||
      end.record_size !=
          locator_offset - std::min<uint64_t>(locator_offset, locator.end_offset + 12))
    fail("not a zip archive: its ZIP64 end record is not where its locator says");
  if (locator.disks > 1 || end.disk != 0 || end.directory_disk != 0 ||
      end.disk_entries != end.entries)
    throw Error(ErrorCode::kUnsupported, "the archive is spread over several disks");
  const DirectoryPlace place{end.directory_offset, end.directory_size, end.entries};
  if (place.offset > locator.end_offset || place.size != locator.end_offset - place.offset)
    fail(
        fmt::format("the central directory (offset {:#x}, size {:#x}) does not end where the "
                    "ZIP64 end record begins ({:#x})",
                    place.offset, place.size, uint64_t{locator.end_offset}));
  return place;
}

DirectoryPlace find_directory(Bytes archive) {
  const uint64_t end_offset = find_end_record(archive);
  const auto end = archive.read<EndRecord>(end_offset, "end record");
  const bool zip64 = end.entries == kElsewhere16 || end.directory_size == kElsewhere32 ||
                     end.directory_offset == kElsewhere32;
  if (zip64) return zip64_place(archive, end_offset);
  if (end.disk != 0 || end.directory_disk != 0 || end.disk_entries != end.entries)
    throw Error(ErrorCode::kUnsupported, "the archive is spread over several disks");
  const DirectoryPlace place{end.directory_offset, end.directory_size, end.entries};
  if (place.offset > end_offset || place.size != end_offset - place.offset)
    fail(
        fmt::format("the central directory (offset {:#x}, size {:#x}) does not end where the end "
                    "record begins ({:#x})",
                    place.offset, place.size, end_offset));
  return place;
}

// One entry of the directory before its local header was looked at.
struct Listed {
  DirectoryHeader header;
  std::string_view name;
  uint64_t compressed_size = 0;
  uint64_t size = 0;
  uint64_t offset = 0;            // of the local header
  uint64_t directory_offset = 0;  // of this header
};

// The body of the extra field `id` (APPNOTE 4.5.1). Trailing bytes too short for a field are
// padding that some archivers leave.
std::optional<Bytes> find_extra(Bytes extra, uint16_t id) {
  for (uint64_t at = 0; extra.contains(at, 4);) {
    const uint16_t found = extra.read<U16>(at, "extra field");
    const uint16_t length = extra.read<U16>(at + 2, "extra field");
    if (found == id) return extra.sub(at + 4, length, "extra field");
    at += 4u + length;
  }
  return std::nullopt;
}

// The ZIP64 extra field holds only those values whose own field is full, in this order
// (APPNOTE 4.5.3).
void resolve_zip64(Listed& listed, Bytes extra) {
  uint64_t* const fields[] = {&listed.size, &listed.compressed_size, &listed.offset};
  const bool wanted =
      std::any_of(std::begin(fields), std::end(fields), [](auto* f) { return *f == kElsewhere32; });
  if (!wanted) return;
  const auto body = find_extra(extra, kZip64ExtraId);
  if (!body) return;  // then 0xffffffff is the value
  uint64_t at = 0;
  for (uint64_t* const field : fields) {
    if (*field != kElsewhere32) continue;
    *field = body->read<U64>(at, "ZIP64 extra field");
    at += sizeof(U64);
  }
}

std::vector<Listed> read_directory(Bytes archive, const DirectoryPlace& place,
                                   const ArchiveLimits& limits) {
  const Bytes directory = archive.sub(place.offset, place.size, "central directory");
  if (place.entries > limits.entries)
    throw Error(ErrorCode::kLimit, fmt::format("the archive has {} entries, more than {}",
                                               place.entries, limits.entries));
  if (place.entries > directory.size() / sizeof(DirectoryHeader))
    fail(fmt::format("the central directory has {:#x} bytes, too few for {} entries",
                     directory.size(), place.entries));
  std::vector<Listed> result;
  result.reserve(static_cast<size_t>(place.entries));
  uint64_t at = 0;
  for (uint64_t i = 0; i < place.entries; ++i) {
    const std::string what = fmt::format("central directory, entry {}", i);
    Listed listed;
    listed.directory_offset = place.offset + at;
    listed.header = directory.read<DirectoryHeader>(at, what);
    if (listed.header.signature != kDirectorySignature)
      fail(fmt::format("{}: no header at {:#x}", what, listed.directory_offset));
    at += sizeof(DirectoryHeader);
    listed.name = directory.sub(at, listed.header.name_length, what).text();
    at += listed.header.name_length;
    const Bytes extra = directory.sub(at, listed.header.extra_length, what);
    at += uint64_t{listed.header.extra_length} + listed.header.comment_length;
    listed.size = listed.header.size;
    listed.compressed_size = listed.header.compressed_size;
    listed.offset = listed.header.offset;
    with_where(label(listed.name), [&] { resolve_zip64(listed, extra); });
    result.push_back(listed);
  }
  if (at != directory.size())
    fail(fmt::format("the central directory has {:#x} bytes, its {} entries fill {:#x}",
                     directory.size(), place.entries, at));
  return result;
}

bool is_valid_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || length > text.size() - i) return false;
    for (size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    i += length;
  }
  return true;
}

void check_name(const Listed& listed, std::string_view stripped) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  const bool ascii = std::all_of(listed.name.begin(), listed.name.end(), is_ascii);
  // Unmarked names are code page 437 to some readers and UTF-8 to others.
  if (!ascii && !((listed.header.flags & kFlagUtf8) && is_valid_utf8(listed.name)))
    throw Error(ErrorCode::kUnsupported, "the name is neither ASCII nor marked as UTF-8");
  if (const std::string problem = entry_path_problem(stripped); !problem.empty()) fail(problem);
}

// Permission and type bits; an archive made on another system has none.
uint32_t entry_mode(const Listed& listed, bool is_directory) {
  const uint32_t mode = listed.header.external_attributes >> 16;
  if (mode == 0) return is_directory ? 0040755 : 0100644;
  const uint32_t type = mode & kModeType;
  if (type == kModeSymlink)
    throw Error(ErrorCode::kUnsupported, "the entry is a symbolic link: wheels cannot have links");
  if (type != 0 && type != (is_directory ? kModeDirectory : kModeRegular))
    fail(fmt::format("the mode {:o} is not that of a {}", mode,
                     is_directory ? "directory" : "file"));
  return mode;
}

void check_limits(const ArchiveEntry& entry, const ArchiveLimits& limits) {
  if (entry.size > limits.member_size)
    throw Error(ErrorCode::kLimit, fmt::format("the entry inflates to {} bytes, more than {}",
                                               entry.size, limits.member_size));
  if (entry.size > limits.free_size && entry.size / limits.ratio > entry.compressed_size)
    throw Error(ErrorCode::kLimit, fmt::format("{} bytes inflate to {}, more than {} times as much",
                                               entry.compressed_size, entry.size, limits.ratio));
}

ArchiveEntry make_entry(const Listed& listed, const ArchiveLimits& limits) {
  const uint16_t flags = listed.header.flags;
  ArchiveEntry entry;
  std::string_view stripped = listed.name;
  entry.is_directory = stripped.ends_with('/');
  if (entry.is_directory && stripped.size() > 1) stripped.remove_suffix(1);
  check_name(listed, stripped);
  if (flags & (kFlagEncrypted | kFlagStrongEncryption | kFlagMaskedHeader))
    throw Error(ErrorCode::kUnsupported, "the entry is encrypted");
  if (flags & kFlagPatch)
    throw Error(ErrorCode::kUnsupported, "the entry is a patch to another archive");
  entry.path = stripped;
  entry.method = Method{uint16_t{listed.header.method}};
  entry.compressed_size = listed.compressed_size;
  entry.size = listed.size;
  entry.crc32 = listed.header.crc32;
  entry.mode = entry_mode(listed, entry.is_directory);
  entry.mtime = from_dos_time({listed.header.time, listed.header.date});
  if (entry.is_directory && entry.size != 0) fail("the entry is a directory and has content");
  if (entry.method == Method::kStored && entry.size != entry.compressed_size)
    fail(fmt::format("the entry is stored, yet {} bytes are said to be {}", entry.compressed_size,
                     entry.size));
  check_limits(entry, limits);
  return entry;
}

// The local header must tell the same story as the directory: a reader that streams sees only it.
Bytes find_data(Bytes archive, const Listed& listed) {
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
  const bool sizes_follow = local.flags & kFlagDataDescriptor;
  const auto agrees = [&](uint32_t here, uint64_t there) {
    return sizes_follow || here == kElsewhere32 || here == there;
  };
  if (!agrees(local.compressed_size, listed.compressed_size) || !agrees(local.size, listed.size) ||
      (!sizes_follow && local.crc32 != listed.header.crc32))
    fail("size or CRC-32 differ between the local header and the directory");
  return archive.sub(name_offset + local.name_length + local.extra_length, listed.compressed_size,
                     "packed data");
}

// Two entries that share bytes are how a small archive inflates without bound (and how two readers
// are shown two archives).
void check_overlaps(Bytes archive, uint64_t directory_offset, const std::vector<Listed>& listed,
                    const std::vector<ZipMember>& members) {
  std::vector<size_t> order(listed.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return listed[a].offset < listed[b].offset; });
  uint64_t end = 0;
  for (const size_t i : order) {
    if (listed[i].offset < end) fail_entry(listed[i].name, "the entry overlaps another one");
    const Bytes& data = members[i].data;
    end = static_cast<uint64_t>(data.data() - archive.data()) + data.size();
  }
  if (!order.empty() && end > directory_offset)
    fail_entry(listed[order.back()].name, "the entry overlaps the central directory");
}

}  // namespace

std::vector<ZipMember> parse_zip_directory(Bytes archive, const ArchiveLimits& limits) {
  const DirectoryPlace place = find_directory(archive);
  const std::vector<Listed> listed = read_directory(archive, place, limits);
  std::vector<ZipMember> members;
  std::vector<ArchiveEntry> entries;
  members.reserve(listed.size());
  uint64_t total = 0;
  for (const Listed& one : listed) {
    with_where(label(one.name), [&] {
      ZipMember member{make_entry(one, limits), find_data(archive, one), one.directory_offset,
                       one.offset};
      if (member.entry.size > limits.total_size - total)
        throw Error(ErrorCode::kLimit,
                    fmt::format("the archive inflates to more than {} bytes", limits.total_size));
      total += member.entry.size;
      members.push_back(std::move(member));
    });
  }
  check_overlaps(archive, place.offset, listed, members);
  entries.reserve(members.size());
  for (const ZipMember& member : members) entries.push_back(member.entry);
  check_clashes(entries);
  return members;
}

}  // namespace elfwheel::wheel
