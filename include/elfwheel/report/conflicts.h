// Conflicts within a process (loader::Conflicts) in words and as JSON.
#pragma once

#include <string>

#include "elfwheel/loader/conflicts.h"
#include "elfwheel/report/json.h"
#include "elfwheel/report/text_style.h"

namespace elfwheel::report {

// One paragraph a conflict, the most dangerous first: "DANGER  what", then who gets which. After
// them what is kept apart, a line each; "no conflicts" where there are none.
std::string render_conflicts(const loader::LinkMap& map, const loader::Conflicts& conflicts,
                             const TextStyle& style);

// [{"kind", "danger", "name", "objects", "files", "symbols", "gets": [{"from", "to", "symbols",
// "instead_of"}...], "blas", "text"}...], the objects by their real paths.
Json conflicts_json(const loader::LinkMap& map, const loader::Conflicts& conflicts);
// [{"objects", "symbols", "by": "scope"|"definition"}...].
Json apart_json(const loader::LinkMap& map, const loader::Conflicts& conflicts);

}  // namespace elfwheel::report
