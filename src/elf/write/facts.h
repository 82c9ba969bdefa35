// What the steps of an edit ask of a file more than once, read once.
#pragma once

#include <vector>

#include "elf/write/movable.h"
#include "elfwheel/elf/elf_file.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::elf {

// Views the file, which must outlive it.
struct FileFacts {
  const ElfFile& file;
  std::vector<Section> sections;
  // Of the dynamic section; empty without one.
  std::vector<DynamicSymbol> symbols;
  std::vector<VersionNeed> needs;
  std::vector<DefinedVersion> definitions;
  std::vector<Chunk> chunks;
  OwnSegments own;
};

// Errors: kTruncated, kCorrupt for tables that cannot be read.
FileFacts read_facts(const ElfFile& file);

// Refuses files whose tables are not what their sizes and counts say: the loader asks for neither
// and takes them all the same, but what is moved or dropped here goes by them. Throws kCorrupt.
void check_consistent(const FileFacts& facts);

// The string table that `view`, a name of the facts, lies in: its offset there.
inline uint64_t string_offset(const ElfFile& file, std::string_view view) {
  return static_cast<uint64_t>(view.data() - file.dynamic_strings().text().data());
}

}  // namespace elfwheel::elf
