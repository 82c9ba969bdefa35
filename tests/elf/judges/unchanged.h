// What an edit must leave alone, held against the original: addresses, code, data, protection.
#pragma once

#include "elf/judges/readelf.h"
#include "elfwheel/elf/edit.h"
#include "elfwheel/elf/elf_file.h"

namespace elfwheel::test {

// One line for each thing that is not as it was; empty when all is well. Looked at:
// - every PT_LOAD and every other segment that names code or data, at its place with its flags;
// - every allocated section but the tables that the dynamic section leads to: address, offset,
//   size, bytes (the words that hold _DYNAMIC's address may follow it), and debugging sections;
// - dynamic entries other than the strings and the tables;
// - .dynamic in its place unless it is full, under PT_GNU_RELRO if it was; tables and strings in
// read-only segments if they were;
// - symbols, in their order unless some are renamed, and notes. Versions only in number, since
//   edits rename them.
// What `edits` ask for is expected; without it nothing but strings may have changed.
Lines unwanted_changes(const elf::ElfFile& before, const elf::ElfFile& after,
                       const elf::Edits& edits = {});

// Bytes of the tables that stand at another address now than before.
uint64_t moved_bytes(const elf::ElfFile& before, const elf::ElfFile& after);

}  // namespace elfwheel::test
