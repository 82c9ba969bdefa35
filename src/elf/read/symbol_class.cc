#include "elfwheel/elf/symbol_class.h"

#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

// Source: binutils bfd/elf.c, _bfd_elf_make_section_from_shdr; bfd/syms.c, decode_section_type.
SymbolPlace place_of_section(const Section& section) {
  if (section.sh_type == SHT_NULL) return SymbolPlace::kAbsolute;
  if ((section.sh_flags & SHF_EXECINSTR) != 0) return SymbolPlace::kCode;
  if (section.sh_type == SHT_NOBITS) return SymbolPlace::kZeroed;
  if ((section.sh_flags & SHF_ALLOC) == 0) return SymbolPlace::kNotLoaded;
  return (section.sh_flags & SHF_WRITE) != 0 ? SymbolPlace::kData : SymbolPlace::kReadOnlyData;
}

std::vector<Section> read_sections_if_any(const ElfFile& file) {
  try {
    return file.sections();
  } catch (const Error&) {
    return {};
  }
}

char letter_of_place(SymbolPlace place) {
  switch (place) {
    case SymbolPlace::kAbsolute:
      return 'a';
    case SymbolPlace::kCode:
      return 't';
    case SymbolPlace::kReadOnlyData:
      return 'r';
    case SymbolPlace::kData:
      return 'd';
    case SymbolPlace::kZeroed:
      return 'b';
    case SymbolPlace::kNotLoaded:
      return 'n';
    case SymbolPlace::kUndefined:
    case SymbolPlace::kCommon:
      break;
  }
  return '?';
}

bool is_object(const DynamicSymbol& symbol) {
  return symbol.type == STT_OBJECT || symbol.type == STT_COMMON;
}

}  // namespace

char nm_letter(const DynamicSymbol& symbol, SymbolPlace place) {
  const bool weak = symbol.binding == STB_WEAK;
  if (place == SymbolPlace::kCommon) return 'C';
  if (place == SymbolPlace::kUndefined) {
    if (!weak) return 'U';
    return is_object(symbol) ? 'v' : 'w';
  }
  if (symbol.type == STT_GNU_IFUNC) return 'i';
  if (weak) return is_object(symbol) ? 'V' : 'W';
  if (symbol.binding == STB_GNU_UNIQUE) return 'u';
  const char letter = letter_of_place(place);
  if (symbol.binding == STB_LOCAL) return letter;
  if (symbol.binding != STB_GLOBAL || letter == '?') return '?';
  return static_cast<char>(letter - 'a' + 'A');
}

SymbolPlaces::SymbolPlaces(const ElfFile& file) : machine_(file.header().e_machine) {
  for (const Section& section : read_sections_if_any(file))
    sections_.push_back(place_of_section(section));
  for (const Segment& segment : file.segments())
    if (segment.p_type == PT_LOAD || segment.p_type == PT_TLS) segments_.push_back(segment);
}

SymbolPlace SymbolPlaces::find(const DynamicSymbol& symbol) const {
  if (symbol.section == SHN_UNDEF) return SymbolPlace::kUndefined;
  if (symbol.section == SHN_COMMON) return SymbolPlace::kCommon;
  if (symbol.section < sections_.size()) return sections_[symbol.section];
  // The other reserved numbers are processors' own; SHN_XINDEX stands for one that did not fit.
  if (symbol.section >= SHN_LORESERVE && symbol.section != SHN_XINDEX)
    return SymbolPlace::kAbsolute;
  return find_by_segment(symbol);
}

SymbolPlace SymbolPlaces::find_by_segment(const DynamicSymbol& symbol) const {
  // The value of a thread's variable counts from the start of PT_TLS.
  const bool tls = symbol.type == STT_TLS;
  const Segment* around = nullptr;
  for (const Segment& segment : segments_) {
    if ((segment.p_type == PT_TLS) != tls) continue;
    const uint64_t offset = symbol.value - (tls ? 0 : raw(segment.p_vaddr));
    if (offset < segment.p_memsz) around = &segment;
    // "_end" and its kin point behind the last byte.
    if (offset == segment.p_memsz && around == nullptr) around = &segment;
  }
  if (around == nullptr) return SymbolPlace::kAbsolute;
  const uint64_t offset = symbol.value - (tls ? 0 : raw(around->p_vaddr));
  if (tls) return offset < around->p_filesz ? SymbolPlace::kData : SymbolPlace::kZeroed;
  // Old linkers put constants into the segment of the code.
  if ((around->p_flags & PF_X) != 0)
    return is_object(symbol) ? SymbolPlace::kReadOnlyData : SymbolPlace::kCode;
  if (offset >= around->p_filesz) return SymbolPlace::kZeroed;
  return (around->p_flags & PF_W) != 0 ? SymbolPlace::kData : SymbolPlace::kReadOnlyData;
}

uint64_t SymbolPlaces::address(const DynamicSymbol& symbol) const {
  const bool may_be_thumb =
      machine_ == EM_ARM && (symbol.type == STT_FUNC || symbol.type == STT_GNU_IFUNC);
  return may_be_thumb ? symbol.value & ~uint64_t{1} : symbol.value;
}

}  // namespace elfwheel::elf
