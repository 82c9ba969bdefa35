// The parts of ElfFile::parse: header and tables, each from bytes to native values.
#pragma once

#include <vector>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

// The ELF header with PN_XNUM, e_shnum 0 and SHN_XINDEX resolved from section header 0
// (gABI chapter 4, "ELF Header").
Header parse_header(Bytes bytes);

// The program header table, entries e_phentsize apart.
std::vector<Segment> parse_segments(Bytes bytes, const Header& header);

// The section header table with names; empty without one.
std::vector<Section> parse_sections(Bytes bytes, const Header& header);

// The dynamic array that fills `bytes`, all entries, DT_NULLs included.
std::vector<DynEntry> parse_dynamic(Bytes bytes, const Header& header);

// Bytes of the ELF header (whatever e_ehsize says: the loader does not ask), and of one dynamic
// entry, program header, section header.
uint64_t header_size(const Header& header);
uint64_t dynamic_entry_size(const Header& header);
uint64_t segment_entry_size(const Header& header);
uint64_t section_entry_size(const Header& header);

}  // namespace elfwheel::elf
