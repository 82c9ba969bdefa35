// The command line of patchelf 0.19 as a value.
//
// Its grammar is patchelf's own: options and files in any order, values as separate words, no
// "--opt=value" and no "--"; a word that is no option is a file.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/command_description.h"

namespace elfwheel::cli {

struct PatchelfArguments {
  // --help and --version: what follows is not read.
  bool help = false;
  bool version = false;
  bool debug = false;

  std::vector<std::string> files;
  std::string output;  // "" = each file in place

  bool print_interpreter = false;
  bool print_os_abi = false;
  bool print_soname = false;
  bool print_rpath = false;
  bool print_execstack = false;
  bool print_needed = false;

  std::string interpreter;  // "" = leave it
  std::optional<std::string> os_abi;
  std::optional<std::string> soname;
  bool shrink_rpath = false;
  bool remove_rpath = false;
  std::optional<std::string> set_rpath;
  std::optional<std::string> add_rpath;
  std::string allowed_rpath_prefixes;
  bool force_rpath = false;
  bool set_execstack = false;
  bool clear_execstack = false;
  std::set<std::string> remove_needed;
  std::map<std::string, std::string> replace_needed;
  std::set<std::string> add_needed;
  std::set<std::string> clear_versions;
  std::vector<std::pair<std::string, std::string>> rename_symbols;
  bool no_default_lib = false;
  bool debug_tag = false;
  bool build_resolution_cache = false;
  int page_size = 0;
};

// `words` without the program's name. A value "@FILE" is the content of FILE. Errors: kUsage, and
// kNotFound and kIo for files that hold values.
PatchelfArguments parse_patchelf_arguments(const std::vector<std::string>& words);

// Fills in what there is to say of the command line: options, operands, notes, examples.
void describe_patchelf(CommandDescription& command);

// The list of options, for --help.
std::string patchelf_usage();

}  // namespace elfwheel::cli
