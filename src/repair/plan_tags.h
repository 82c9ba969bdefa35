// The platform tags of a repaired wheel, as a step of its plan.
#pragma once

#include "elfwheel/repair/plan.h"

namespace elfwheel::repair {

// Pure. Nothing is removed or added where options say that tags stay.
TagStep plan_tags(const wheel::Wheel& wheel, const WheelAudit& audit,
                  const policy::TagChoice& choice, const RepairOptions& options);

}  // namespace elfwheel::repair
