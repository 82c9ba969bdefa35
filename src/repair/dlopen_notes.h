// Libraries that a file opens by name while it runs, as far as it says so.
// Source: "dlopen() Metadata for ELF Files", https://systemd.io/ELF_DLOPEN_METADATA/ (notes of
// owner FDO, type 0x407c0c0a, usually in a section .note.dlopen).
#pragma once

#include <string>
#include <vector>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::repair {

// The names that the notes of `file` give, in order, each once. A note holds an array of objects,
// or in the specification's first edition one object; its "soname" is an array of alternatives or
// one string. What is nothing of the kind, and names with a slash, are passed over.
// Errors: kTruncated for a PT_NOTE that leaves the file.
std::vector<std::string> read_dlopen_names(const elf::ElfFile& file);

// Whether the file calls dlopen or dlmopen.
bool calls_dlopen(const elf::ElfFile& file);

}  // namespace elfwheel::repair
