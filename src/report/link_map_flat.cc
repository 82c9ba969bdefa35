// A link map as a list, as ldd prints it.
#include <fmt/format.h>

#include <algorithm>

#include "elfwheel/report/link_map.h"

namespace elfwheel::report {

namespace {

using loader::FoundBy;
using loader::LinkEdge;
using loader::LinkGraph;
using loader::LinkMap;
using loader::NodeId;

// ld.so itself, or musl's libc: there before anything asks for it.
bool is_loader(const LinkMap& map, NodeId object) {
  return map.objects[object].found_by == FoundBy::kAlreadyLoaded;
}

// The nodes in the loader's order. It lists a name that was not found as if an object had been
// mapped then: behind the last one that was mapped before. Itself it puts directly behind the
// object before it (glibc elf/rtld.c `dl_main`). A missing filtee of what is not listed itself,
// such as the root, would stand before that and is not listed either.
std::vector<NodeId> listed_nodes(const LinkMap& map, const LinkGraph& graph) {
  std::vector<std::vector<NodeId>> missing_behind(map.objects.size());
  std::vector<bool> is_met(graph.nodes.size());
  is_met[0] = true;
  NodeId last_object = 0;
  const auto is_listed = [&](NodeId object) {
    return std::find(map.load_order.begin(), map.load_order.end(), object) != map.load_order.end();
  };
  for (const LinkEdge& edge : graph.edges) {
    const loader::Request& request = *edge.request;
    if (!request.object && request.tag != elf::DT_NEEDED && !is_listed(edge.from)) continue;
    if (is_met[edge.to]) continue;
    is_met[edge.to] = true;
    if (!request.object) {
      missing_behind[last_object].push_back(edge.to);
    } else if (!is_loader(map, edge.to)) {
      last_object = edge.to;
    }
  }
  std::vector<NodeId> result;
  const auto list_missing = [&](NodeId object) {
    result.insert(result.end(), missing_behind[object].begin(), missing_behind[object].end());
    missing_behind[object].clear();
  };
  NodeId before = 0;
  for (const loader::ObjectId id : map.load_order) {
    if (!is_loader(map, id)) {
      list_missing(before);
      before = id;
    }
    result.push_back(id);
  }
  list_missing(before);
  // What the loader maps without listing it (a filtee of the root) may still have brought in names.
  for (NodeId id = 0; id < map.objects.size(); ++id) list_missing(id);
  return result;
}

// Why the loader stops at a name that was not found; "" where it goes on.
std::string fatal_of(const LinkMap& map, const std::string& name) {
  for (const loader::Request& request : map.requests)
    if (!request.object && request.name == name && !request.fatal.empty()) return request.fatal;
  return "";
}

std::string missing_line(const LinkMap& map, const std::string& name, const TextStyle& style) {
  std::string line = printable(name) + " => not found";
  const std::string fatal = fatal_of(map, name);
  if (!fatal.empty()) line += " (" + printable(fatal) + ")";
  return render_alarm(style, line);
}

}  // namespace

std::string render_flat(const LinkMap& map, const TextStyle& style,
                        const loader::LinkFilter& filter) {
  const LinkGraph graph = loader::make_link_graph(map, filter);
  std::string text;
  for (const NodeId id : listed_nodes(map, graph)) {
    const loader::LinkNode& node = graph.nodes[id];
    if (!node.is_shown) continue;
    if (!node.object) {
      text += missing_line(map, node.missing_name, style) + "\n";
      continue;
    }
    const loader::LoadedObject& object = map.objects[id];
    const std::string how = fmt::format("({})", loader::found_by_name(object.found_by));
    text += fmt::format("{} => {} {}\n", printable(object.name), printable(object.path),
                        render_dim(style, how));
  }
  return text;
}

}  // namespace elfwheel::report
