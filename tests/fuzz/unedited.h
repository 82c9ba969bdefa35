// What must read the same before and after an edit, seen without the writer's own check.
#pragma once

#include <string>

#include "elfwheel/elf/edit.h"

namespace elfwheel::fuzz {

// Empty, or which fact that `edits` do not name reads otherwise. Throws Error where `after` cannot
// be read though `before` can.
std::string unwanted_change(const elf::ElfFile& before, const elf::ElfFile& after,
                            const elf::Edits& edits);

// Empty, or which wish is not fulfilled.
std::string unfulfilled(const elf::ElfFile& after, const elf::Edits& edits);

// Whether an edit's room can be given back by the next one: every section and segment lies within
// the file, segments where their addresses are, no section over another, nothing but the known
// tables names dynamic strings, and no table is named twice.
bool claims_are_consistent(const elf::ElfFile& file);

}  // namespace elfwheel::fuzz
