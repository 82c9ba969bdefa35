// Collects what `symbols` tells from the elf and loader rooms.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/elf/elf_file.h"
#include "elfwheel/loader/link_map.h"
#include "elfwheel/report/symbols.h"

namespace elfwheel::cli {

// Which symbols count, and how much is told of them.
struct SymbolChoice {
  bool defined = true;
  bool undefined = true;
  bool demangle = false;
};

// A name as a user writes it: "memcpy", "memcpy@GLIBC_2.2.5" for one version, "memcpy@@GLIBC_2.14"
// for one that has to be the default.
class WantedSymbol {
 public:
  explicit WantedSymbol(const std::string& text);
  // Whether `symbol` is meant; by its demangled name, too, where it has one, with or without its
  // parameters.
  bool matches(const report::SymbolLine& symbol) const;

 private:
  std::string text_;
  std::string name_;
  std::string version_;
  bool default_only_ = false;
};

// The symbols of `file` that nm would list, called `path`. Errors: as elf::read_dynamic_symbols.
report::SymbolList list_symbols(const elf::ElfFile& file, const std::string& path,
                                const SymbolChoice& choice);

// Looks for `wanted` in every object of `map`, which was resolved on `files` for `path`. An object
// that can not be read is a problem in the result, not an Error.
report::SymbolSearch search_symbol(const loader::LinkMap& map, const FileSystem& files,
                                   const std::string& path, const std::string& wanted,
                                   const SymbolChoice& choice);

}  // namespace elfwheel::cli
