// The note that tells NixOS's ld.so where the libraries of a file were found, so that it need not
// search: section .note.nixos.ldcache, owner "NixOS", in a PT_NOTE of its own. patchelf 0.19 writes
// and drops it (--build-resolution-cache); a note that no longer fits the file misleads the loader.
#pragma once

#include <optional>
#include <vector>

#include "elf/write/facts.h"
#include "elfwheel/elf/edit.h"
#include "elfwheel/elf/notes.h"

namespace elfwheel::elf {

inline constexpr const char* kCacheNoteSection = ".note.nixos.ldcache";

struct CacheNote {
  std::vector<std::byte> content;  // the note whole, header included; empty when it goes
  std::optional<size_t> segment;   // the PT_NOTE that the file has for it
  std::optional<size_t> chunk;     // and what that covers, an index into FileFacts::chunks
};

// What becomes of the note: nothing when it stays as it is. `libraries_change`: the edit changes
// what is needed or where it is searched, so that a note is stale unless the edit brings a new one.
// Errors: kUnsupported for a note that shares its bytes with something else.
std::optional<CacheNote> plan_cache_note(const FileFacts& facts, const Edits& edits,
                                         bool libraries_change);

bool is_cache_note(const Note& note);

// The section header of the note's PT_NOTE, an index; nothing without one.
std::optional<size_t> find_cache_section(const FileFacts& facts, const Segment& segment);

}  // namespace elfwheel::elf
