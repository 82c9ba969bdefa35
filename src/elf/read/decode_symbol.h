// One entry of the dynamic symbol table in the words of elf/symbols.h.
#pragma once

#include "elf/read/raw.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::elf {

template <class E>
DynamicSymbol decode_symbol(const ElfFile& file, const raw_layout::Sym<E>& sym) {
  DynamicSymbol symbol;
  symbol.name = sym.st_name == 0 ? std::string_view{} : file.dynamic_string(sym.st_name);
  symbol.binding = static_cast<uint8_t>(sym.st_info >> 4);
  symbol.type = sym.st_info & 0xf;
  symbol.visibility = sym.st_other & 3;
  symbol.section = sym.st_shndx;
  symbol.value = sym.st_value;
  symbol.size = sym.st_size;
  return symbol;
}

// `index` is the symbol's entry in DT_VERSYM.
inline void set_version(DynamicSymbol& symbol, uint16_t index) {
  symbol.version = static_cast<uint16_t>(index & ~VERSYM_HIDDEN);
  symbol.hidden_version = (index & VERSYM_HIDDEN) != 0;
}

}  // namespace elfwheel::elf
