// ELF header, program header table and section header table of a file that is made of an old one.
#pragma once

#include <vector>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

struct HeaderTables {
  FileOffset phoff{};
  std::vector<Segment> segments;  // as many as the old file has
  FileOffset shoff{};
  std::vector<Section> sections;  // by sh_name; names are not looked at
  uint32_t shstrndx = 0;
};

// Writes them to `image`, which has room; all else of the header is that of `old`. Counts of
// 0xff00 and more go where gABI chapter 4, "ELF Header", has them.
void write_header_tables(const ElfFile& old, HeaderTables tables, std::vector<std::byte>& image);

}  // namespace elfwheel::elf
