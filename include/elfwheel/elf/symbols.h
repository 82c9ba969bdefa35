// Dynamic symbols and their versions (.dynsym, .gnu.version, .gnu.version_r, .gnu.version_d),
// found through the dynamic section alone.
//
// Source: gABI chapter 4 "Symbol Table"; LSB Core "Symbol Versioning".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

struct DynamicSymbol {
  std::string_view name;  // views the file's bytes
  uint8_t binding = STB_LOCAL;
  uint8_t type = STT_NOTYPE;
  uint8_t visibility = STV_DEFAULT;
  uint16_t section = SHN_UNDEF;
  uint64_t value = 0;
  uint64_t size = 0;
  uint16_t version = VER_NDX_GLOBAL;  // index without VERSYM_HIDDEN; 0, 1 = unversioned
  bool hidden_version = false;
  bool is_defined() const { return section != SHN_UNDEF; }
  friend bool operator==(const DynamicSymbol&, const DynamicSymbol&) = default;
};

// One version that the file wants of a library.
struct NeededVersion {
  std::string_view name;  // e.g. "GLIBC_2.34"
  uint32_t hash = 0;
  uint16_t flags = 0;
  uint16_t index = 0;  // what DynamicSymbol::version refers to, VERSYM_HIDDEN cut off
  friend bool operator==(const NeededVersion&, const NeededVersion&) = default;
};
struct VersionNeed {
  std::string_view file;  // as in DT_NEEDED, e.g. "libc.so.6"
  std::vector<NeededVersion> versions;
  friend bool operator==(const VersionNeed&, const VersionNeed&) = default;
};

// One version that the file defines. The one with VER_FLG_BASE names the library itself.
struct DefinedVersion {
  std::string_view name;
  uint16_t flags = 0;
  uint16_t index = 0;
  uint32_t hash = 0;
  std::vector<std::string_view> parents;
  // Bytes from DT_VERDEF to the auxiliary entry that holds the name. CUDA's libraries have
  // definitions that share one.
  uint64_t name_entry = 0;
  friend bool operator==(const DefinedVersion&, const DefinedVersion&) = default;
};

// The dynamic symbol table in order, entry 0 included; empty without DT_SYMTAB. Its length comes
// from DT_HASH, DT_GNU_HASH or, failing both, where DT_STRTAB begins behind it.
// Errors: kTruncated, kCorrupt (chains that loop or leave the table).
std::vector<DynamicSymbol> read_dynamic_symbols(const ElfFile& file);
// How many entries that table has.
uint64_t count_dynamic_symbols(const ElfFile& file);

// DT_VERNEED in order; empty without one. Errors as above.
std::vector<VersionNeed> read_version_needs(const ElfFile& file);
// DT_VERDEF in order; empty without one. Errors as above.
std::vector<DefinedVersion> read_version_definitions(const ElfFile& file);

}  // namespace elfwheel::elf
