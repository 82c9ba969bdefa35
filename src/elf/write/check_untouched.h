// What an edit must leave as it is, byte for byte, at its place.
#pragma once

#include "elf/write/planned_edit.h"

namespace elfwheel::elf {

// Code, relocations (unless symbols change places) and the tables of functions that run at start
// and end. The layout sees to that; a file whose headers contradict each other could still make an
// edit write there. Looks at what is written alone, however large the file. Throws kCorrupt.
void check_untouched(const PlannedEdit& edit);

}  // namespace elfwheel::elf
