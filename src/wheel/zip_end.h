// The end of a zip archive, from which everything else is found.
#pragma once

#include <cstdint>

#include "elfwheel/base/bytes.h"

namespace elfwheel::wheel {

// Where the directory lies, ZIP64 resolved.
struct DirectoryPlace {
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t entries = 0;
};

// Errors: kCorrupt for an end that two readers could understand differently, kTruncated,
// kUnsupported for several disks.
DirectoryPlace find_directory(Bytes archive);

}  // namespace elfwheel::wheel
