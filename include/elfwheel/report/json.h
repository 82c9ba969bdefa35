// JSON output: the form all commands share.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace elfwheel::report {

// Keys stand in the order in which they were put in: it is part of the output's contract.
using Json = nlohmann::ordered_json;

// `value` over several lines with a line end behind it. Bytes that are no UTF-8 become U+FFFD.
std::string json_text(const Json& value, int indent = 2);

// What a command prints for its inputs: the object of a single one, an array for several.
Json json_of_inputs(std::vector<Json> values, bool several);

}  // namespace elfwheel::report
