// The bindings of a process (loader::Binding) in words and as JSON.
#pragma once

#include <string>
#include <vector>

#include "elfwheel/loader/bindings.h"
#include "elfwheel/report/json.h"
#include "elfwheel/report/text_style.h"

namespace elfwheel::report {

// Under each object that looks something up: "SYMBOL [VERSION] => PATH", "not found", or "nothing
// (weak)".
std::string render_bindings(const loader::LinkMap& map, const std::vector<loader::Binding>& rows,
                            const TextStyle& style);

// {"path", "realpath", "bindings": [{"from", "symbol", "version", "to", "weak"}...]}, the objects
// by their real paths. `path` is the file as the user named it.
Json bindings_json(const loader::LinkMap& map, const std::vector<loader::Binding>& rows,
                   const std::string& path);

}  // namespace elfwheel::report
