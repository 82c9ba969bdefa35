// The symbol table of a file that loses sections but not its symbols.
#pragma once

#include "elf/strip/section_table.h"

namespace elfwheel::elf {

struct StrippedSymbols {
  std::vector<std::byte> content;
  uint32_t local_count = 0;  // sh_info: the first symbol that is not local
};

// Symbols of taken sections (their section symbols) go, the others follow their sections' new
// numbers. `table` is a SHT_SYMTAB of `file`. Errors: kTruncated.
StrippedSymbols strip_symbols(const ElfFile& file, const Section& table, const StripPlan& plan,
                              const SectionNumbers& numbers);

}  // namespace elfwheel::elf
