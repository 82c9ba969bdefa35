// Where everything of a stripped file lies. Decided here, once; strip.cc writes it.
#pragma once

#include <vector>

#include "elf/strip/strip_plan.h"

namespace elfwheel::elf {

// A part of the old file that stays, perhaps at another place.
struct KeptRange {
  uint64_t from = 0;  // file offset in the old file
  uint64_t size = 0;
  uint64_t to = 0;  // in the new one
};

struct StripLayout {
  uint64_t unmoved = 0;           // bytes at the beginning that stay as they are
  std::vector<KeptRange> ranges;  // what is kept of the rest, ascending
  uint64_t end = 0;               // of both: section names and headers come behind it

  std::vector<uint64_t> section_offsets;  // by old section
  std::vector<uint64_t> segment_offsets;

  bool table_stays = false;  // the section header table is among loaded bytes, and fits there:
  uint64_t table_offset = 0;
  bool names_stay = false;  // the section names are among loaded bytes, or not theirs alone
  // What stands behind everything that headers speak of, in the old file.
  uint64_t payload_offset = 0;
  uint64_t payload_size = 0;
};

// `section_count`: of the new file. Errors: kCorrupt for offsets beyond 64 bits.
StripLayout plan_strip_layout(const ElfFile& file, const std::vector<Section>& sections,
                              const StripPlan& plan, size_t section_count);

}  // namespace elfwheel::elf
