// Where everything goes: every offset and address of the new file is decided here, once.
#pragma once

#include <optional>
#include <vector>

#include "elf/write/changes.h"
#include "elf/write/dynstr_builder.h"

namespace elfwheel::elf {

struct Move {
  Chunk from;
  Vaddr address{};
  FileOffset offset{};
  uint64_t size = 0;  // differs from the old one for a new interpreter alone
};

struct Layout {
  uint64_t file_size = 0;

  FileOffset strings_offset{};  // the dynamic string table
  Vaddr strings_address{};
  uint64_t strings_size = 0;

  FileOffset dynamic_offset{};  // the dynamic section
  Vaddr dynamic_address{};
  uint64_t dynamic_capacity = 0;  // entries, DT_NULLs included

  std::vector<Move> moves;        // chunks that move with their content, ascending old addresses
  std::vector<Segment> segments;  // the new program header table
  FileOffset phoff{};
  FileOffset shoff{};
  // What follows the last segment (the section header table, appended data that is not ELF) and
  // goes behind the new one: old and new offset.
  struct Tail {
    FileOffset from{};
    FileOffset to{};
    uint64_t size = 0;
  };
  std::vector<Tail> tails;
  // Old places that nothing uses any more: offset, size. Zeroed, so that no old string stays
  // readable and an archive packs them away.
  std::vector<std::pair<uint64_t, uint64_t>> freed;

  // Where a byte of the old file is in the new one if it belongs to a chunk that moves.
  uint64_t moved_offset(uint64_t offset) const;
  std::optional<uint64_t> moved_address(uint64_t address) const;
};

// Errors: kUnsupported when the file has no room that can be had (address space of a 32-bit file,
// an unusual program header size), kCorrupt.
Layout plan_layout(const FileFacts& facts, const Changes& changes, const DynstrPlan& dynstr);

}  // namespace elfwheel::elf
