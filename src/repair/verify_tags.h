// Whether a wheel is what its tags say.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "elfwheel/repair/audit.h"
#include "elfwheel/repair/verify.h"
#include "elfwheel/wheel/wheel.h"

namespace elfwheel::repair {

// File name and WHEEL against each other, and both against what the files need of the system.
// Libraries outside are no matter of tags here: check_needs tells of each, and of no others.
std::vector<Finding> check_tags(const wheel::Wheel& wheel, const WheelAudit& audit);

// What `files`, by the names that `evaluation` has for them, need of the system against what the
// platform tags promise.
std::vector<Finding> check_content(const std::vector<std::string>& platforms,
                                   const policy::Evaluation& evaluation,
                                   const std::set<std::string>& files);

}  // namespace elfwheel::repair
