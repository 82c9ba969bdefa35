// Which glibc a root has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/loader/glibc_version.h"
#include "loader/machine_defaults.h"

namespace elfwheel::loader {

// The newest release that the first libc.so.6 of `machine` in `directories` has a version for
// ("GLIBC_2.36"; each release between which the rules differ defines one); nothing without one.
std::optional<GlibcVersion> find_glibc_version(const FileSystem& files,
                                               const std::vector<std::string>& directories,
                                               const MachineKind& machine);

}  // namespace elfwheel::loader
