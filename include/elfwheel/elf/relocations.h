// The relocations that the loader processes, found through the dynamic section alone.
#pragma once

#include <vector>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

struct Relocation {
  Vaddr offset{};       // what it writes to
  uint32_t symbol = 0;  // index into the dynamic symbol table; never 0 here
  uint32_t type = 0;    // by the machine's psABI
  friend bool operator==(const Relocation&, const Relocation&) = default;
};

// Those of DT_REL, DT_RELA and DT_JMPREL that refer to a symbol, in order; relative ones are left
// out. Errors: kTruncated, kCorrupt. Source: gABI chapter 4 "Relocation", chapter 5.
std::vector<Relocation> read_symbol_relocations(const ElfFile& file);

}  // namespace elfwheel::elf
