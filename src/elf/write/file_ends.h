// Where a file ends, in its bytes and in its address space, and what is appended to it.
#pragma once

#include "elf/write/facts.h"

namespace elfwheel::elf {

inline constexpr uint64_t kSegmentAlignment = 16;  // of new segments' file offsets, in bytes

// Sum and multiple in 64 bits; kCorrupt beyond.
uint64_t add(uint64_t a, uint64_t b);
uint64_t align_up(uint64_t value, uint64_t alignment);

struct FileEnds {
  uint64_t start = 0;        // file offset at which new segments may begin
  uint64_t address_end = 0;  // behind every segment but our own
  uint64_t page = 0;         // the largest p_align of the file, at least 4096
  // What follows the last thing that headers speak of.
  uint64_t payload_offset = 0;
  uint64_t payload_size = 0;
  // Self-mounting programs find their payload behind the section header table, so the table goes
  // along with it.
  bool sections_follow = false;
  // An earlier edit, or strip(1) after it, put the section header table behind our segments: it is
  // not counted in `start`, and goes behind the new ones.
  bool sections_behind = false;
};

// The file without our own segments. `page_size`: Edits::page_size. Errors: kCorrupt.
FileEnds find_file_ends(const FileFacts& facts, uint64_t page_size);

// Bytes of the section header table; 0 without one (programs that drop it may leave e_shnum as it
// was).
uint64_t section_table_size(const Header& header);

// True for bytes of a segment that an earlier edit added.
bool in_own_segment(const FileFacts& facts, uint64_t offset, uint64_t size);

}  // namespace elfwheel::elf
