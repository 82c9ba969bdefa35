// Notes: build id, ABI tag, GNU properties (x86 ISA level), found through PT_NOTE segments.
//
// Source: gABI chapter 5 "Note Section"; Linux Extensions to gABI; x86-64 psABI "Program Property".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

struct Note {
  std::string_view owner;  // without its NUL, e.g. "GNU"
  uint32_t type = 0;
  Bytes description;
};

// All notes of all PT_NOTE segments, in order, none twice. Errors: kTruncated.
std::vector<Note> read_notes(const ElfFile& file);

// NT_GNU_BUILD_ID in lower-case hex, or nothing.
std::optional<std::string> find_build_id(const ElfFile& file);

// GNU_PROPERTY_X86_ISA_1_NEEDED bits (1 baseline, 2 v2, 4 v3, 8 v4); 0 when there is none.
uint32_t x86_isa_needed(const ElfFile& file);

}  // namespace elfwheel::elf
