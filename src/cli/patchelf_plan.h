// What patchelf's options come to for one file: what is printed, and which edits are left to do.
#pragma once

#include "cli/console.h"
#include "cli/patchelf_arguments.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::cli {

// Prints what is asked for, in patchelf's order, and returns the edits that change something:
// where there is nothing to do, files that could not be edited are no error. Errors: kUnsupported
// for facts and edits that the file has no place for, after what patchelf prints before them.
elf::Edits print_and_plan(const PatchelfArguments& arguments, const elf::ElfFile& file,
                          Console& console);

}  // namespace elfwheel::cli
