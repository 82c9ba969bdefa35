// The loader's answer (loader::LinkMap) in words and as JSON.
//
// Nothing is looked up here: every fact comes with the value. docs/design.md, section 2, fixes the
// JSON keys and their order.
#pragma once

#include <string>

#include "elfwheel/loader/link_map.h"
#include "elfwheel/report/json.h"
#include "elfwheel/report/text_style.h"

namespace elfwheel::report {

// One line for each DT_NEEDED of each object, indented below its asker: "NAME => PATH (how it was
// found)". The needs of an object are shown where the loader met it first; elsewhere it is one line
// that says "already loaded". Warnings and what the loader would give up on come last.
std::string render_tree(const loader::LinkMap& map, const TextStyle& style);

// Every place that was tried for every name, in the loader's order, as LD_DEBUG=libs would tell.
std::string render_explanation(const loader::LinkMap& map, const TextStyle& style);

// `path` is the file as the user named it. With `explain` each library has a "search" array of what
// was tried.
Json link_map_json(const loader::LinkMap& map, const std::string& path, bool explain = false);

}  // namespace elfwheel::report
