// The loader's answer (loader::LinkMap) in words and as JSON.
//
// Nothing is looked up here: every fact comes with the value. docs/design.md, section 2, fixes the
// JSON keys and their order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/loader/chains.h"
#include "elfwheel/loader/link_graph.h"
#include "elfwheel/loader/link_map.h"
#include "elfwheel/report/json.h"
#include "elfwheel/report/text_style.h"

namespace elfwheel::report {

// One line for each preload, and for each DT_NEEDED of each object, indented below its asker: "NAME
// => PATH (how it was found)". The needs of an object are shown once, where it is nearest to the
// root; elsewhere it is one line. Warnings and what the loader would give up on come last.
std::string render_tree(const loader::LinkMap& map, const TextStyle& style,
                        const loader::LinkFilter& filter = {});

// One line for each object in the loader's order, "NAME => PATH (how it was found)", names that
// were not found where the loader would list them. Without the root and warnings.
std::string render_flat(const loader::LinkMap& map, const TextStyle& style,
                        const loader::LinkFilter& filter = {});

// Every place that was tried for every name, in the loader's order, as LD_DEBUG=libs would tell.
std::string render_explanation(const loader::LinkMap& map, const TextStyle& style,
                               const loader::LinkFilter& filter = {});

// One picture of all maps, for Graphviz or Mermaid: a box for each file and missing name, an arrow
// for each request. Pure UTF-8, whatever the names. Without warnings.
std::string render_dot(const std::vector<loader::LinkMap>& maps,
                       const loader::LinkFilter& filter = {});
std::string render_mermaid(const std::vector<loader::LinkMap>& maps,
                           const loader::LinkFilter& filter = {});

// Why Mermaid, as it is set by default, would draw an error instead of what render_mermaid gave;
// empty if it draws it.
std::string mermaid_refusal(std::string_view picture);

// A page of all maps that needs nothing beside itself: trees that fold, colours by source, a search
// box, and for each library its facts and where it was searched for.
std::string render_html(const std::vector<loader::LinkMap>& maps,
                        const loader::LinkFilter& filter = {});

// `path` is the file as the user named it. With `explain` each library has a "search" array of what
// was tried.
Json link_map_json(const loader::LinkMap& map, const std::string& path, bool explain = false,
                   const loader::LinkFilter& filter = {});

// Why a library is loaded: one line a chain, "app → liba.so (RUNPATH of app) → libb.so (cache)",
// under the root's path; or that nothing brings it in. `name` is what the chains were looked for
// by, `graph` what they refer to.
std::string render_chains(const loader::LinkMap& map, const loader::LinkGraph& graph,
                          const loader::ChainList& list, const std::string& name,
                          const TextStyle& style);

// {"path","why","found","chains":[[{"name","path","realpath","found_by"[,"owner"]}…]…],"more",
// "more_at_least"}: a chain has an entry for each step behind the root.
Json chains_json(const loader::LinkMap& map, const loader::LinkGraph& graph,
                 const loader::ChainList& list, const std::string& path, const std::string& name);

}  // namespace elfwheel::report
