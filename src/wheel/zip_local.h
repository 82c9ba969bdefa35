// An entry's header in the central directory and in front of its data: both must tell the same
// story, for a reader that streams sees only the second.
#pragma once

#include <string_view>

#include "elfwheel/base/bytes.h"
#include "wheel/zip_format.h"

namespace elfwheel::wheel {

// One entry of the directory before its local header was looked at.
struct Listed {
  DirectoryHeader header;
  std::string_view name;
  uint64_t compressed_size = 0;
  uint64_t size = 0;
  uint64_t offset = 0;            // of the local header
  uint64_t directory_offset = 0;  // of this header
};

// Takes sizes and offset from the ZIP64 extra field where the header's own are full. Errors:
// kCorrupt for extra fields that readers could understand differently, kTruncated.
void resolve_extra(Listed& listed, Bytes extra);

// What stands in the archive for an entry, but for a data descriptor.
struct LocalEntry {
  Bytes data;                   // packed
  bool has_descriptor = false;  // sizes follow the data
  bool has_sizes = false;       // they stand in the local header as well
};

// Errors: kCorrupt for a local header that disagrees with the directory, kTruncated.
LocalEntry read_local(Bytes archive, const Listed& listed);

// What lies between an entry's data and the next entry or the directory: the data descriptor that
// was announced, and no entry that the directory does not list. Errors: kCorrupt.
void check_gap(Bytes gap, const Listed& listed, const LocalEntry& local);

}  // namespace elfwheel::wheel
