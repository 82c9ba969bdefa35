#include "wheel/zip_end.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "elfwheel/base/error.h"
#include "wheel/zip_format.h"

namespace elfwheel::wheel {
namespace {

[[noreturn]] void fail(std::string message) {
  throw Error(ErrorCode::kCorrupt, std::move(message));
}

// The end record is the last thing in the archive but for its comment; its comment's length must
// lead exactly to the end of the file.
uint64_t find_end_record(Bytes archive) {
  constexpr uint64_t kMaxComment = 0xffff;
  constexpr std::string_view kSignatureText = "PK\5\6";
  const uint64_t tail_size = std::min<uint64_t>(archive.size(), kMaxComment + sizeof(EndRecord));
  const Bytes tail = archive.sub(archive.size() - tail_size, tail_size, "end record");
  std::optional<size_t> found;
  size_t at = tail.text().rfind(kSignatureText);
  while (at != std::string_view::npos) {
    if (tail.contains(at, sizeof(EndRecord))) {
      const auto end = tail.read<EndRecord>(at, "end record");
      if (at + sizeof(EndRecord) + end.comment_length == tail.size()) {
        // Some readers take the first, some the last.
        if (found) fail("the archive's comment holds a second end record");
        found = at;
      }
    }
    at = at == 0 ? std::string_view::npos : tail.text().rfind(kSignatureText, at - 1);
  }
  if (!found) fail("not a zip archive: there is no end-of-central-directory record at its end");
  return archive.size() - tail_size + *found;
}

// Some readers look for the locator whether the end record asks for it or not.
bool has_locator(Bytes archive, uint64_t end_offset) {
  if (end_offset < sizeof(Zip64Locator)) return false;
  const uint64_t offset = end_offset - sizeof(Zip64Locator);
  return archive.read<Zip64Locator>(offset, "ZIP64 locator").signature == kZip64LocatorSignature;
}

// A field of the end record that is not full says the same as ZIP64's.
void compare_ends(const EndRecord& end, const Zip64EndRecord& end64) {
  const auto differs = [](uint64_t here, uint64_t full, uint64_t there) {
    return here != full && here != there;
  };
  if (differs(end.entries, kElsewhere16, end64.entries) ||
      differs(end.disk_entries, kElsewhere16, end64.disk_entries) ||
      differs(end.directory_size, kElsewhere32, end64.directory_size) ||
      differs(end.directory_offset, kElsewhere32, end64.directory_offset))
    fail("the end record and the ZIP64 end record disagree");
}

DirectoryPlace zip64_place(Bytes archive, uint64_t end_offset) {
  if (!has_locator(archive, end_offset))
    fail("not a zip archive: it asks for a ZIP64 record and has none");
  const uint64_t locator_offset = end_offset - sizeof(Zip64Locator);
  const auto locator = archive.read<Zip64Locator>(locator_offset, "ZIP64 locator");
  // Python looks for the record right before the locator, others where that says. Nothing may stand
  // between (an extensible data sector, APPNOTE 4.3.14.2).
  if (locator_offset < sizeof(Zip64EndRecord) ||
      locator.end_offset != locator_offset - sizeof(Zip64EndRecord))
    fail("not a zip archive: its ZIP64 end record is not where its locator says");
  const auto end = archive.read<Zip64EndRecord>(locator.end_offset, "ZIP64 end record");
  constexpr uint64_t kUncounted = offsetof(Zip64EndRecord, version_made);
  if (end.signature != kZip64EndSignature || end.record_size != sizeof(end) - kUncounted)
    fail("not a zip archive: its ZIP64 end record is not where its locator says");
  compare_ends(archive.read<EndRecord>(end_offset, "end record"), end);
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

}  // namespace

DirectoryPlace find_directory(Bytes archive) {
  const uint64_t end_offset = find_end_record(archive);
  const auto end = archive.read<EndRecord>(end_offset, "end record");
  const bool zip64 = end.entries == kElsewhere16 || end.directory_size == kElsewhere32 ||
                     end.directory_offset == kElsewhere32;
  if (zip64 || has_locator(archive, end_offset)) return zip64_place(archive, end_offset);
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

}  // namespace elfwheel::wheel
