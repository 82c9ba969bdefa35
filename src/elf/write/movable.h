// Parts of a file that may move: everything that the loader reaches through a program header or a
// dynamic entry alone, so that no code or data knows where it lies.
#pragma once

#include <cstdint>
#include <vector>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

struct Chunk {
  Vaddr address{};
  FileOffset offset{};
  uint64_t size = 0;
};

// .interp, notes (the sections of one PT_NOTE together), the hash tables, .dynsym, .gnu.version,
// .gnu.version_r and _d; not the string table and not the dynamic section, which have rules of
// their own. Ascending addresses; chunks that overlap or touch without a gap of at least one byte
// in common are merged only when they overlap. Sizes agree with section headers where those agree
// with the dynamic section.
std::vector<Chunk> find_movable_chunks(const ElfFile& file, const std::vector<Section>& sections);

// Segments at the end of the address space that an earlier edit added: read-only with the dynamic
// string table first and nothing but movable chunks behind it, and writable with nothing but the
// dynamic section. They are laid out anew by the next edit.
struct OwnSegments {
  std::optional<size_t> strings;  // index into segments()
  std::optional<size_t> dynamic;
  bool has(size_t index) const { return strings == index || dynamic == index; }
};
OwnSegments find_own_segments(const ElfFile& file, const std::vector<Chunk>& chunks);

}  // namespace elfwheel::elf
