// Whether a wheel is what its tags say.
#pragma once

#include <vector>

#include "elfwheel/repair/audit.h"
#include "elfwheel/repair/verify.h"
#include "elfwheel/wheel/wheel.h"

namespace elfwheel::repair {

// File name and WHEEL against each other, and both against what the files need of the system.
// Libraries outside are no matter of tags here: check_needs tells of each, and of no others.
std::vector<Finding> check_tags(const wheel::Wheel& wheel, const WheelAudit& audit);

}  // namespace elfwheel::repair
