#include "repair/graft_name.h"

#include <algorithm>

namespace elfwheel::repair {

std::string graft_name(std::string_view file_name, std::string_view sha256) {
  const size_t dot = std::min(file_name.find('.'), file_name.size());
  const std::string base(file_name.substr(0, dot));
  const std::string mark = "-" + std::string(sha256.substr(0, 8));
  if (base.ends_with(mark)) return std::string(file_name);
  return base + mark + std::string(file_name.substr(dot));
}

}  // namespace elfwheel::repair
