// What the steps of an edit ask of a file more than once, read once.
#pragma once

#include <cstdint>
#include <utility>
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

// Dynamic entries that lead to a table, with those that say how many bytes it has.
inline constexpr std::pair<uint64_t, uint64_t> kSizedTables[] = {
    {DT_RELA, DT_RELASZ},
    {DT_REL, DT_RELSZ},
    {DT_JMPREL, DT_PLTRELSZ},
    {DT_RELR, DT_RELRSZ},
    {DT_INIT_ARRAY, DT_INIT_ARRAYSZ},
    {DT_FINI_ARRAY, DT_FINI_ARRAYSZ},
    {DT_PREINIT_ARRAY, DT_PREINIT_ARRAYSZ}};

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
