// Which version a dynamic symbol has, and how nm writes it: "memcpy@@GLIBC_2.14" is the version
// that a linker takes, "memcpy@GLIBC_2.2.5" one for programs that were linked before, or one that
// is wanted of another library.
//
// Source: LSB Core "Symbol Versioning"; binutils bfd/elf.c, _bfd_elf_get_symbol_version_string.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>

#include "elfwheel/elf/elf_file.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::elf {

struct SymbolVersion {
  std::string_view name;     // views the file's bytes; empty without a version
  std::string_view library;  // of which it is wanted, as in DT_NEEDED; empty for the file's own
  bool is_default = false;
  friend bool operator==(const SymbolVersion&, const SymbolVersion&) = default;
};

class SymbolVersions {
 public:
  // Reads what `file` needs and defines; its bytes must outlive this object.
  // Errors: kTruncated, kCorrupt as read_version_needs.
  explicit SymbolVersions(const ElfFile& file);

  // The version of a symbol of that file. None for the base version, which only names the library,
  // and for the symbol that stands for a version and carries its name. An index that the file does
  // not explain is "<corrupt>", as nm calls it.
  SymbolVersion find(const DynamicSymbol& symbol) const;

 private:
  struct Version {
    std::string_view name;
    std::string_view library;
    bool is_needed = false;  // else defined
    bool is_base = false;
  };
  std::map<uint16_t, Version> by_index_;
};

}  // namespace elfwheel::elf
