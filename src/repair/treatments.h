// What becomes of files apart from how they find each other: they are stripped, their stacks lose
// the right to execute, programs get it.
#pragma once

#include "elfwheel/repair/plan.h"
#include "repair/audited_wheel.h"

namespace elfwheel::repair {

// Reads what strip would take of each file, in parallel; empty unless options.strip. `audited` as
// it will be planned for `policy`.
void examine_for_strip(const AuditedWheel& audited, policy::PolicyIndex policy,
                       const RepairOptions& options, Examined& examined);

// Adds the treatments of options to the steps of `plan`, and steps for members that have none.
// Grafts and members are planned. Pure.
void plan_treatments(const wheel::Wheel& wheel, const WheelAudit& audit, const Examined& examined,
                     const RepairOptions& options, RepairPlan& plan);

}  // namespace elfwheel::repair
