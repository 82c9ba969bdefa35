// What the command lines, ours and patchelf's, say about an rpath.
#pragma once

#include <string>
#include <vector>

#include "base/paths.h"
#include "elfwheel/elf/elf_file.h"

namespace elfwheel::cli {

// The one that counts for the loader, DT_RUNPATH hiding DT_RPATH; "" without one.
inline std::string effective_rpath(const elf::ElfFile& file) {
  return std::string(file.runpath().value_or(file.rpath().value_or("")));
}

// The prefixes of --allowed-rpath-prefixes, separated by ':'. As in patchelf, what follows a last
// ':' is no prefix; any other empty one allows every directory.
inline std::vector<std::string> allowed_prefixes(const std::string& text) {
  std::vector<std::string> prefixes = split(text, ':');
  if (prefixes.back().empty()) prefixes.pop_back();
  return prefixes;
}

}  // namespace elfwheel::cli
