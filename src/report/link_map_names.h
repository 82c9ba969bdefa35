// What reports call the objects of a link map.
#pragma once

#include <string>
#include <vector>

#include "elfwheel/loader/link_map.h"

namespace elfwheel::report {

// For each object the name it was first asked for by, as it stands in DT_NEEDED; the path for the
// root and for an object that nobody asked for by name.
std::vector<std::string> object_names(const loader::LinkMap& map);

}  // namespace elfwheel::report
