// Names of numbers, from the same tables as the enums.

#include <fmt/format.h>

#include "elfwheel/elf/constants.h"

namespace elfwheel::elf {

std::string dyn_tag_name(uint64_t tag) {
  switch (tag) {
#define DYN_TAG(name, value, source) \
  case value:                        \
    return "DT_" #name;
#include "elfwheel/elf/tables/dynamic_tags.def"
#undef DYN_TAG
    default:
      return fmt::format("{:#x}", tag);
  }
}

std::string segment_type_name(uint32_t type) {
  switch (type) {
#define SEGMENT_TYPE(name, value, source) \
  case value:                             \
    return "PT_" #name;
#include "elfwheel/elf/tables/segment_types.def"
#undef SEGMENT_TYPE
    default:
      return fmt::format("{:#x}", type);
  }
}

std::string section_type_name(uint32_t type) {
  switch (type) {
#define SECTION_TYPE(name, value, source) \
  case value:                             \
    return "SHT_" #name;
#include "elfwheel/elf/tables/section_types.def"
#undef SECTION_TYPE
    default:
      return fmt::format("{:#x}", type);
  }
}

std::string machine_name(uint16_t machine) {
  switch (machine) {
#define MACHINE(name, value, readable) \
  case value:                          \
    return readable;
#include "elfwheel/elf/tables/machines.def"
#undef MACHINE
    default:
      return fmt::format("EM_{:#x}", machine);
  }
}

// Source: gABI chapter 4, EI_OSABI.
std::string os_abi_name(uint8_t os_abi) {
  switch (os_abi) {
    case 0:
      return "System V";
    case 1:
      return "HP-UX";
    case 2:
      return "NetBSD";
    case 3:
      return "GNU/Linux";
    case 6:
      return "Solaris";
    case 9:
      return "FreeBSD";
    case 12:
      return "OpenBSD";
    case 97:
      return "ARM";
    case 255:
      return "Standalone";
    default:
      return fmt::format("{}", os_abi);
  }
}

std::string file_type_name(uint16_t type) {
  switch (type) {
    case ET_NONE:
      return "ET_NONE";
    case ET_REL:
      return "ET_REL";
    case ET_EXEC:
      return "ET_EXEC";
    case ET_DYN:
      return "ET_DYN";
    case ET_CORE:
      return "ET_CORE";
    default:
      return fmt::format("{:#x}", type);
  }
}

std::string symbol_type_name(uint8_t type) {
  switch (type) {
    case STT_NOTYPE:
      return "NOTYPE";
    case STT_OBJECT:
      return "OBJECT";
    case STT_FUNC:
      return "FUNC";
    case STT_SECTION:
      return "SECTION";
    case STT_FILE:
      return "FILE";
    case STT_COMMON:
      return "COMMON";
    case STT_TLS:
      return "TLS";
    case STT_GNU_IFUNC:
      return "IFUNC";
    default:
      return fmt::format("{}", type);
  }
}

std::string symbol_binding_name(uint8_t binding) {
  switch (binding) {
    case STB_LOCAL:
      return "LOCAL";
    case STB_GLOBAL:
      return "GLOBAL";
    case STB_WEAK:
      return "WEAK";
    case STB_GNU_UNIQUE:
      return "UNIQUE";
    default:
      return fmt::format("{}", binding);
  }
}

std::string symbol_visibility_name(uint8_t visibility) {
  switch (visibility) {
    case STV_DEFAULT:
      return "DEFAULT";
    case STV_INTERNAL:
      return "INTERNAL";
    case STV_HIDDEN:
      return "HIDDEN";
    case STV_PROTECTED:
      return "PROTECTED";
    default:
      return fmt::format("{}", visibility);
  }
}

}  // namespace elfwheel::elf
