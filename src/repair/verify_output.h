// The last look at a repaired wheel, before it appears under its name: the finished archive is
// opened again, and every ELF file of it must find what it needs from where it will be installed.
#pragma once

#include <string>
#include <vector>

#include "elfwheel/repair/plan.h"
#include "elfwheel/repair/verify.h"
#include "repair/apply.h"
#include "repair/audited_wheel.h"

namespace elfwheel::repair {

// `path` is the finished temporary file. Nothing outside the wheel is looked at: a need is met by
// the file that the plan means, or by a library that the policy leaves outside or the caller
// excluded, and by no other. `new_files` is what was packed anew.
//
// Returns what `elfwheel verify` would find beside that, without the symbols: faults that the files
// came with, which no repair mends.
// Errors: kUnsupported "FILE would not find NAME when installed (LAYOUT)"; kCorrupt.
std::vector<Finding> verify_output(const std::string& path, const wheel::Wheel& wheel,
                                   const AuditedWheel& audited, const RepairPlan& plan,
                                   const RepairedFiles& new_files, const RepairOptions& options);

}  // namespace elfwheel::repair
