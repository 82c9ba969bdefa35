// A last look at a stripped file.
#pragma once

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

// Reads `image`, which strip() made of `original`, from scratch: header, segments, what is in them
// and loaded sections must be as before, but for where they lie in the file. Throws kCorrupt naming
// the first difference: the input contradicts itself, or this program is wrong; either way the
// image must not be used.
void check_stripped(const ElfFile& original, Bytes image);

}  // namespace elfwheel::elf
