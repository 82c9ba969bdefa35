// What `symbols` tells: the dynamic symbols of one file, or where one name is defined and needed in
// a whole dependency tree; values, and their renderings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "elfwheel/elf/constants.h"
#include "elfwheel/report/json.h"
#include "elfwheel/report/text_style.h"

namespace elfwheel::report {

// One dynamic symbol of one file.
struct SymbolLine {
  std::string name;
  std::optional<std::string> demangled;  // of a C++ name, where that was asked for
  std::string version;                   // empty without one
  bool is_default = false;               // "@@": what a linker takes
  std::string library;                   // of which the version is wanted, as in DT_NEEDED
  bool defined = false;
  char letter = '?';  // as nm's
  uint8_t type = elf::STT_NOTYPE;
  uint8_t binding = elf::STB_LOCAL;
  uint8_t visibility = elf::STV_DEFAULT;
  uint64_t value = 0;    // st_value as it is
  uint64_t address = 0;  // what nm shows: without the mark of Thumb functions, a common's size
  uint64_t size = 0;     // bytes
};

// "name@@version", "name@version" or "name", with or without the name demangled.
std::string versioned_name(const SymbolLine& symbol, bool demangled = false);

struct SymbolList {
  std::string path;
  bool is_64 = true;
  std::vector<SymbolLine> symbols;  // sorted by name, bytewise; then as in the file
};

// Lines as those of `nm -D`: address, letter, versioned name. Names are demangled where they are
// given so.
std::string render_symbol_list(const SymbolList& list);
Json symbol_list_json(const SymbolList& list);

// One object of the tree that has symbols of the wanted name, or that could not be read.
struct SymbolHolder {
  std::string path;  // what the loader opens
  std::string real_path;
  std::optional<std::string> soname;
  std::string found_by;  // as loader::found_by_name; empty for the file itself
  std::optional<std::string> build_id;
  std::vector<SymbolLine> symbols;
  std::string problem;  // why its symbols could not be read; empty = they could
};

struct SymbolSearch {
  std::string path;                   // the file whose tree was searched, as the user named it
  std::string wanted;                 // as the user wrote it
  uint64_t objects = 0;               // how many are loaded
  bool is_defined = false;            // by one of them, whatever `holders` was narrowed to
  std::vector<SymbolHolder> holders;  // in the order in which the loader searches
  std::vector<std::string> missing;   // libraries that were not found, so not searched either
};

// Who defines it, who needs it, and which libraries are missing. Problems are the caller's to tell.
std::string render_symbol_search(const SymbolSearch& search, const TextStyle& style);
Json symbol_search_json(const SymbolSearch& search);

}  // namespace elfwheel::report
