// A place for one more section header, and its name.
#pragma once

#include <optional>

#include "elf/write/layout.h"

namespace elfwheel::elf {

// For the note of cache_note.h; `end` is where the name table goes if it has to grow. Nothing where
// there are no section headers, or no readable name table: the loader asks for neither.
std::optional<NewSection> plan_new_section(const FileFacts& facts, uint64_t end);

}  // namespace elfwheel::elf
