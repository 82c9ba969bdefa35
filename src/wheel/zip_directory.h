// The central directory of a zip archive, and where each entry's packed bytes lie.
//
// Read by hand: libzip does not tell where data begins, and concurrent reads need just that. It is
// stricter than an unzip program: what two readers could understand differently (a second name in
// the local header, overlapping entries, bytes behind the end) is refused.
// Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
#pragma once

#include <vector>

#include "elfwheel/base/bytes.h"
#include "elfwheel/wheel/archive.h"

namespace elfwheel::wheel {

struct ZipMember {
  ArchiveEntry entry;
  Bytes data;                     // packed; a view into the archive
  uint64_t directory_offset = 0;  // of the entry's header in the central directory
  uint64_t local_offset = 0;      // of its local header
};

// Where a header keeps its DosTime, from the header's start.
inline constexpr uint64_t kDirectoryTimeOffset = 12;
inline constexpr uint64_t kLocalTimeOffset = 10;

// In the order of the directory. Names are checked one by one and against each other, symlinks and
// other special files are refused. Errors as Archive::open.
std::vector<ZipMember> parse_zip_directory(Bytes archive, const ArchiveLimits& limits);

}  // namespace elfwheel::wheel
