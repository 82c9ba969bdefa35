// The libraries that watch ld.so at work (rtld-audit(7)): which there are, and what is said of
// them.
//
// Source: glibc 2.36 elf/rtld.c `audit_list_next`, `load_audit_modules`; elf/dl-load.c
// `_dl_map_object` for where they are searched. Whether one has la_version is not looked at.
#pragma once

#include "elfwheel/loader/link_map.h"
#include "loader/walk.h"

namespace elfwheel::loader {

// Adds to `map` the auditors of LD_AUDIT, then those of the root's DT_AUDIT and DT_DEPAUDIT, and a
// warning of each: ld.so does not list them, but they may change what it finds.
void add_auditors(const WalkInput& input, LinkMap& map);

}  // namespace elfwheel::loader
