// The letter by which nm classes a dynamic symbol: what it is, how it binds, and what its address
// holds. Capital letters are for symbols that other files can see.
//
// Source: binutils 2.40 bfd/syms.c, bfd_decode_symclass; bfd/elfcode.h, elf_slurp_symbol_table.
#pragma once

#include <cstdint>
#include <vector>

#include "elfwheel/elf/elf_file.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::elf {

// What lies where a symbol points to.
enum class SymbolPlace {
  kUndefined,
  kAbsolute,  // no place in the file: a constant
  kCommon,
  kCode,
  kReadOnlyData,
  kData,
  kZeroed,    // memory that the file holds no bytes for
  kNotLoaded  // a section that no process sees
};

// 'T', 'U', 'w', ... of a symbol that lies at `place`.
char nm_letter(const DynamicSymbol& symbol, SymbolPlace place);

// Finds the places of one file's symbols: by its sections, as binutils do, and by its segments
// where it has no section headers or they cannot be read.
class SymbolPlaces {
 public:
  explicit SymbolPlaces(const ElfFile& file);

  SymbolPlace find(const DynamicSymbol& symbol) const;
  // The address of what the symbol names. On ARM, bit 0 of a function's value says Thumb and is no
  // part of it (AAELF32 "Symbol Values").
  uint64_t address(const DynamicSymbol& symbol) const;

 private:
  SymbolPlace find_by_segment(const DynamicSymbol& symbol) const;

  std::vector<SymbolPlace> sections_;  // by section index
  std::vector<Segment> segments_;      // PT_LOAD and PT_TLS
  uint16_t machine_ = EM_NONE;
};

}  // namespace elfwheel::elf
