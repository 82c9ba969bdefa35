#include "wheel/zip_directory.h"

#include <fmt/format.h>

#include <algorithm>

#include "elfwheel/base/error.h"
#include "wheel/dos_time.h"
#include "wheel/entry_path.h"
#include "wheel/zip_end.h"
#include "wheel/zip_format.h"
#include "wheel/zip_local.h"

namespace elfwheel::wheel {
namespace {

[[noreturn]] void fail(std::string message) {
  throw Error(ErrorCode::kCorrupt, std::move(message));
}

std::string label(std::string_view name) {
  return name.empty() ? "an entry without a name" : printable(name);
}

[[noreturn]] void fail_entry(std::string_view name, std::string_view problem) {
  fail(fmt::format("{}: {}", label(name), problem));
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
    with_where(label(listed.name), [&] { resolve_extra(listed, extra); });
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

// Two entries that share bytes are how a small archive inflates without bound (and how two readers
// are shown two archives), and bytes that are no entry's may hold one for readers that stream.
void check_places(Bytes archive, uint64_t directory_offset, const std::vector<Listed>& listed,
                  const std::vector<LocalEntry>& locals) {
  std::vector<size_t> order(listed.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return listed[a].offset < listed[b].offset; });
  if (!order.empty() && listed[order.front()].offset != 0)
    fail_entry(listed[order.front()].name, "there are bytes before the archive's first entry");
  for (size_t i = 0; i < order.size(); ++i) {
    const Listed& one = listed[order[i]];
    const Bytes& data = locals[order[i]].data;
    const uint64_t end = static_cast<uint64_t>(data.data() - archive.data()) + data.size();
    const bool is_last = i + 1 == order.size();
    const uint64_t next = is_last ? directory_offset : listed[order[i + 1]].offset;
    if (end > next && is_last) fail_entry(one.name, "the entry overlaps the central directory");
    if (end > next) fail_entry(listed[order[i + 1]].name, "the entry overlaps another one");
    with_where(label(one.name),
               [&] { check_gap(archive.sub(end, next - end, "gap"), one, locals[order[i]]); });
  }
}

}  // namespace

std::vector<ZipMember> parse_zip_directory(Bytes archive, const ArchiveLimits& limits) {
  const DirectoryPlace place = find_directory(archive);
  const std::vector<Listed> listed = read_directory(archive, place, limits);
  std::vector<ZipMember> members;
  std::vector<LocalEntry> locals;
  std::vector<ArchiveEntry> entries;
  members.reserve(listed.size());
  locals.reserve(listed.size());
  uint64_t total = 0;
  for (const Listed& one : listed) {
    with_where(label(one.name), [&] {
      ZipMember member{make_entry(one, limits), {}, one.directory_offset, one.offset};
      locals.push_back(read_local(archive, one));
      member.data = locals.back().data;
      if (member.entry.size > limits.total_size - total)
        throw Error(ErrorCode::kLimit,
                    fmt::format("the archive inflates to more than {} bytes", limits.total_size));
      total += member.entry.size;
      members.push_back(std::move(member));
    });
  }
  check_places(archive, place.offset, listed, locals);
  entries.reserve(members.size());
  for (const ZipMember& member : members) entries.push_back(member.entry);
  check_clashes(entries);
  return members;
}

}  // namespace elfwheel::wheel
