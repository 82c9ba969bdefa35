// The facts of a file in one spelling, as `readelf` prints them and as our reader reads them, so
// that a test compares two lists of lines.
#pragma once

#include <string>
#include <vector>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::test {

using Lines = std::vector<std::string>;

// "class ELF64", "e_phnum 9", ...
Lines readelf_header(const std::string& path);
Lines header_lines(const elf::ElfFile& file);

// "LOAD 0x0 0x0 0x0 0x570 0x570 R 0x1000": type, offset, address, physical address, sizes, flags,
// alignment.
Lines readelf_segments(const std::string& path);
Lines segment_lines(const elf::ElfFile& file);

// "0x1 NEEDED [libc.so.6]"; the value only where it is a string.
Lines readelf_dynamic(const std::string& path);
Lines dynamic_lines(const elf::ElfFile& file);

// "0x1119 20 FUNC GLOBAL DEFAULT 15 answer@@V1"; an undefined or hidden version with one @.
// Found through the dynamic section by both.
Lines readelf_symbols(const std::string& path);
Lines symbol_lines(const elf::ElfFile& file);

// "need libc.so.6", "  GLIBC_2.2.5 none 2"; "define 2 none ANSWER_2.0", "  parent ANSWER_1.0".
// readelf finds them through section headers only.
Lines readelf_versions(const std::string& path);
Lines version_lines(const elf::ElfFile& file);

// "GNU 0x14": owner and size; behind a build id also "build id <hex>".
Lines readelf_notes(const std::string& path);
Lines note_lines(const elf::ElfFile& file);

// What `readelf -aW` writes to stderr, without the file's name.
Lines readelf_warnings(const std::string& path);

}  // namespace elfwheel::test
