#include "report/link_map_names.h"

namespace elfwheel::report {

std::vector<std::string> object_names(const loader::LinkMap& map) {
  std::vector<std::string> names(map.objects.size());
  for (const loader::Request& request : map.requests) {
    if (request.object && names[*request.object].empty()) names[*request.object] = request.name;
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty() || i == 0) names[i] = map.objects[i].path;
  }
  return names;
}

}  // namespace elfwheel::report
