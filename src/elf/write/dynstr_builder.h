// Finds a place in the dynamic string table for every string of Changes.
#pragma once

#include <cstdint>
#include <vector>

#include "elf/write/changes.h"

namespace elfwheel::elf {

struct DynstrPlan {
  std::vector<uint64_t> offsets;  // one a slot of Changes
  std::vector<std::byte> table;   // the whole new table
  bool grown = false;             // the table is larger than the space it stands in
};

// `rebuild`: the table already stands in a segment of ours, so it may change its size: strings
// that nobody refers to any more are dropped from its end. Otherwise the new strings go where they
// or others were before, if they fit there and nothing else uses those bytes (linkers let strings
// share their tails); failing that the table grows. Strings that are replaced do not stay readable.
// Errors: kTruncated, kCorrupt for tables that refer outside the string table.
DynstrPlan plan_dynstr(const FileFacts& facts, const Changes& changes, bool rebuild);

}  // namespace elfwheel::elf
