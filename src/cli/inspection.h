// Collects what `inspect` tells from the elf room.
#pragma once

#include <string>

#include "elfwheel/elf/elf_file.h"
#include "elfwheel/report/inspection.h"

namespace elfwheel::cli {

// The facts of `file`, called `path`. What the parse of headers and dynamic section left unread
// (versions, symbols, notes) may be damaged: it becomes a problem in the result, not an Error.
report::Inspection inspect_file(const elf::ElfFile& file, const std::string& path);

}  // namespace elfwheel::cli
