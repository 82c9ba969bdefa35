// How JSON values become text.
#include "elfwheel/report/json.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace elfwheel::report {

std::string json_text(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of_inputs(std::vector<Json> values, bool several) {
  if (!several && values.size() == 1) return std::move(values.front());
  return Json(std::move(values));
}

}  // namespace elfwheel::report
