// Libraries that are copied in although a policy allows them outside (AuditOptions::bundles).
#pragma once

#include <string>
#include <string_view>

#include "elfwheel/repair/options.h"

namespace elfwheel::repair {

// libc and what comes with it: of one release with the loader, which no wheel brings.
bool belongs_to_libc(std::string_view name);

// Whether a library that is needed by this name is to be copied in whatever a policy says. Never
// so for what belongs_to_libc().
bool is_bundled(const AuditOptions& options, const std::string& name);

}  // namespace elfwheel::repair
