// Names and numbers of the ELF format (System V gABI, Linux and GNU extensions).
//
// Every family with names is one table (elf/tables/*.def): enum and names both come from it.
// The enums have a fixed underlying type, so a value that no table knows survives a round trip.
// <elf.h> is never included: its macros would clobber these names.
#pragma once

#include <cstdint>
#include <string>

namespace elfwheel::elf {

enum class ElfClass : uint8_t { kElf32 = 1, kElf64 = 2 };
enum class ByteOrder : uint8_t { kLittle = 1, kBig = 2 };

enum DynTag : uint64_t {
#define DYN_TAG(name, value, source) DT_##name = value,
#include "elfwheel/elf/tables/dynamic_tags.def"
#undef DYN_TAG
};

enum SegmentType : uint32_t {
#define SEGMENT_TYPE(name, value, source) PT_##name = value,
#include "elfwheel/elf/tables/segment_types.def"
#undef SEGMENT_TYPE
};

enum SectionType : uint32_t {
#define SECTION_TYPE(name, value, source) SHT_##name = value,
#include "elfwheel/elf/tables/section_types.def"
#undef SECTION_TYPE
};

enum Machine : uint16_t {
#define MACHINE(name, value, readable) EM_##name = value,
#include "elfwheel/elf/tables/machines.def"
#undef MACHINE
};

// gABI chapter 4, "ELF Header".
enum FileType : uint16_t { ET_NONE = 0, ET_REL = 1, ET_EXEC = 2, ET_DYN = 3, ET_CORE = 4 };
enum SegmentFlag : uint32_t { PF_X = 1, PF_W = 2, PF_R = 4 };
enum SectionFlag : uint64_t {
  SHF_WRITE = 1,
  SHF_ALLOC = 2,
  SHF_EXECINSTR = 4,
  SHF_INFO_LINK = 0x40,
};
inline constexpr uint16_t SHN_UNDEF = 0;
inline constexpr uint16_t SHN_LORESERVE = 0xff00;
inline constexpr uint16_t SHN_ABS = 0xfff1;
inline constexpr uint16_t SHN_COMMON = 0xfff2;
inline constexpr uint16_t SHN_XINDEX = 0xffff;
inline constexpr uint16_t PN_XNUM = 0xffff;

enum SymbolBinding : uint8_t { STB_LOCAL = 0, STB_GLOBAL = 1, STB_WEAK = 2, STB_GNU_UNIQUE = 10 };
enum SymbolType : uint8_t {
  STT_NOTYPE = 0,
  STT_OBJECT = 1,
  STT_FUNC = 2,
  STT_SECTION = 3,
  STT_FILE = 4,
  STT_COMMON = 5,
  STT_TLS = 6,
  STT_GNU_IFUNC = 10,
};
enum SymbolVisibility : uint8_t { STV_DEFAULT, STV_INTERNAL, STV_HIDDEN, STV_PROTECTED };

// DT_FLAGS and DT_FLAGS_1 bits that are looked at.
inline constexpr uint64_t DF_ORIGIN = 0x1;
inline constexpr uint64_t DF_SYMBOLIC = 0x2;
inline constexpr uint64_t DF_TEXTREL = 0x4;
inline constexpr uint64_t DF_BIND_NOW = 0x8;
inline constexpr uint64_t DF_STATIC_TLS = 0x10;
inline constexpr uint64_t DF_1_NOW = 0x1;
inline constexpr uint64_t DF_1_NODELETE = 0x8;
inline constexpr uint64_t DF_1_ORIGIN = 0x80;
inline constexpr uint64_t DF_1_NODEFLIB = 0x800;
inline constexpr uint64_t DF_1_PIE = 0x8000000;

// Symbol versions (GNU; Linux Standard Base, "Symbol Versioning").
inline constexpr uint16_t VER_NDX_LOCAL = 0;
inline constexpr uint16_t VER_NDX_GLOBAL = 1;
inline constexpr uint16_t VERSYM_HIDDEN = 0x8000;
inline constexpr uint16_t VER_FLG_BASE = 1;
inline constexpr uint16_t VER_FLG_WEAK = 2;

// The table's name of a value ("DT_RUNPATH", "PT_LOAD", "SHT_DYNSYM"), or a hexadecimal number for
// one that no table has.
std::string dyn_tag_name(uint64_t tag);
std::string segment_type_name(uint32_t type);
std::string section_type_name(uint32_t type);
// What readelf -h calls a machine, e.g. "Advanced Micro Devices X86-64"; "EM_0x1234" if unknown.
std::string machine_name(uint16_t machine);
// The OS ABI byte in words: "System V", "GNU/Linux", ...; a number if unknown.
std::string os_abi_name(uint8_t os_abi);
// ET_DYN etc. in words.
std::string file_type_name(uint16_t type);
// What readelf --dyn-syms calls them: "FUNC", "WEAK", "HIDDEN"; a number if unknown.
std::string symbol_type_name(uint8_t type);
std::string symbol_binding_name(uint8_t binding);
std::string symbol_visibility_name(uint8_t visibility);

}  // namespace elfwheel::elf
