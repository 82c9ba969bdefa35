// Where everything goes: every offset and address of the new file is decided here, once.
#pragma once

#include <optional>
#include <vector>

#include "elf/write/changes.h"
#include "elf/write/dynstr_builder.h"

namespace elfwheel::elf {

struct Move {
  enum class Content { kOld, kInterpreter, kCacheNote };
  Chunk from;  // of size 0 for what is new
  Vaddr address{};
  FileOffset offset{};
  uint64_t size = 0;  // differs from the old one for new content alone
  Content content = Content::kOld;
};

// A section header that is added, for a note.
struct NewSection {
  size_t index = 0;      // of an SHT_NULL header, or one more than there are
  uint64_t sh_name = 0;  // offset in the name table
  size_t move = 0;       // what it is about, an index into Layout::moves
  // Where the name table goes when it has to grow; its new bytes.
  std::optional<FileOffset> names_offset;
  std::vector<std::byte> names;
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
  uint64_t section_count = 0;
  std::optional<NewSection> new_section;
  std::optional<size_t> gone_section;  // becomes SHT_NULL
  // What is no part of the ELF file and goes behind all of it.
  std::optional<Carried> carried;
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
