// A second opinion on edited ELF files: LIEF, which shares no code with this project, reads the
// bytes before and after an edit.
#pragma once

#include "elfwheel/elf/edit.h"

namespace elfwheel::second_opinion {

// Whether this library was built with LIEF (CMake option ELFWHEEL_WITH_LIEF).
bool available();

// The judge for edit_file, edit_in_memory and RepairOptions. It wants LIEF to read from the edited
// bytes what elfwheel reads from them (header, segments, sections, dynamic entries and their
// strings, interpreter, symbols, version needs), and what no edit named as LIEF reads it from the
// original. Where LIEF reads the original otherwise than elfwheel does, it cannot judge that fact:
// then its two readings must be the same.
//
// It throws kCorrupt, which says where the two disagree or that LIEF could not read the bytes.
// LIEF runs in a child process with a time limit, so that a crash or a hang of it is an error of
// this kind as well. May be called by several threads at once.
//
// Errors: kUnsupported when not available().
elf::SecondOpinion by_lief();

}  // namespace elfwheel::second_opinion
