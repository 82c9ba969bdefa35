// Copies of one library in a wheel: symbolic links that became files when it was packed.
#pragma once

#include "repair/audited_wheel.h"

namespace elfwheel::repair {

// Where files are needed under several names that copies of one library bear, and so a process
// would have it several times, all needs lead to one of the copies: the one that is called like its
// SONAME, else the one that is needed most. A note says so.
//
// Copies are members of equal content whose own needs are answered by the same files, so that one
// does what the other does; programs and Python extensions are never taken for each other. What is
// opened by its name keeps its name.
void join_twins(const wheel::Wheel& wheel, AuditedWheel& audited);

}  // namespace elfwheel::repair
