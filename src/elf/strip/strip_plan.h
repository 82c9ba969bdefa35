// Which sections strip takes, by binutils' rules.
#pragma once

#include <vector>

#include "elfwheel/elf/strip.h"

namespace elfwheel::elf {

struct StripPlan {
  std::vector<bool> taken;  // by section
  uint64_t bytes = 0;       // of their content
  bool empty() const { return bytes == 0; }
};

// `sections` are those of `file`. Errors: kUnsupported, see elf/strip.h.
StripPlan plan_strip(const ElfFile& file, const std::vector<Section>& sections, StripLevel level);

// kUnsupported unless the file is linked and holds its own content.
void check_strippable(const ElfFile& file, const std::vector<Section>& sections);

// True for a section with bytes in the file.
bool has_content(const Section& section);

}  // namespace elfwheel::elf
