// What a repair leaves where it is, though files need it.
#pragma once

#include <vector>

#include "elfwheel/repair/plan.h"

namespace elfwheel::repair {

// The libraries that the policy allows outside and that members, or libraries to copy in
// (`grafted`, indices into audit.libraries), need; sorted by name. Without libc and what belongs to
// it: that is no choice.
std::vector<OutsideStep> list_left_outside(const WheelAudit& audit,
                                           const std::vector<size_t>& grafted);

// A line about a library that stands for a name it does not look like: a link may have gone astray
// (libgomp.so.1 -> libgomp.so.1.0.0.debug). "" where all is as usual.
std::string doubt_about(const OutsideLibrary& library, const std::string& name);

}  // namespace elfwheel::repair
