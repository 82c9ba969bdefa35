// The bindings of a process (loader::BoundProcess) in words and as JSON.
#pragma once

#include <string>

#include "elfwheel/loader/bindings.h"
#include "elfwheel/report/json.h"
#include "elfwheel/report/text_style.h"

namespace elfwheel::report {

// Under each object that looks something up: "SYMBOL [VERSION] => PATH", "not found", or "nothing
// (weak)". What is opened later stands under a line of its own: "dlopen FILE (MODE)", with the
// reason where it fails.
std::string render_bindings(const loader::BoundProcess& process, const TextStyle& style);

// {"path", "realpath", "bindings": [{"from", "symbol", "version", "to", "weak"}...],
// "openings": [{"name", "mode", "realpath", "mapped", "failure"}...]}, the objects by their real
// paths. `path` is the file as the user named it.
Json bindings_json(const loader::BoundProcess& process, const std::string& path);

}  // namespace elfwheel::report
