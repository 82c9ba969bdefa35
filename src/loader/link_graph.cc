#include "elfwheel/loader/link_graph.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <string_view>

#include "base/paths.h"

namespace elfwheel::loader {

namespace {

class GraphMaker {
 public:
  explicit GraphMaker(const LinkMap& map) : map_(map) {
    for (ObjectId id = 0; id < map.objects.size(); ++id) add_node(id, "");
  }

  LinkGraph make(const LinkFilter& filter) {
    for (const Request& request : map_.preloads)
      if (request.object) add_edge(request, true);
    for (const Request& request : map_.requests) add_edge(request, false);
    measure_depths();
    if (filter.depth) hide_below(*filter.depth);
    if (filter.skip_system) hide_system_libraries();
    for (LinkEdge& edge : graph_.edges) {
      if (!graph_.nodes[edge.from].is_shown || !graph_.nodes[edge.to].is_shown)
        edge.is_shown = false;
    }
    return std::move(graph_);
  }

 private:
  NodeId add_node(std::optional<ObjectId> object, const std::string& missing_name) {
    LinkNode node;
    node.object = object;
    node.missing_name = missing_name;
    graph_.nodes.push_back(std::move(node));
    graph_.edges_of.emplace_back();
    return graph_.nodes.size() - 1;
  }

  NodeId missing_node(const std::string& name) {
    const auto [known, is_new] = missing_.try_emplace(name, graph_.nodes.size());
    if (is_new) add_node(std::nullopt, name);
    return known->second;
  }

  void add_edge(const Request& request, bool is_preload) {
    LinkEdge edge;
    edge.from = request.asker;
    edge.to = request.object ? *request.object : missing_node(request.name);
    edge.request = &request;
    edge.is_preload = is_preload;
    graph_.edges_of[edge.from].push_back(graph_.edges.size());
    graph_.edges.push_back(edge);
  }

  // Breadth first in the loader's order: of several shortest ways the one that it took first. Only
  // below a filter that is not the order in which it mapped the objects.
  void measure_depths() {
    std::deque<NodeId> queue = {0};
    while (!queue.empty()) {
      const NodeId from = queue.front();
      queue.pop_front();
      for (const EdgeId id : graph_.edges_of[from]) {
        const NodeId to = graph_.edges[id].to;
        LinkNode& node = graph_.nodes[to];
        if (to == 0 || node.way) continue;
        node.way = id;
        node.depth = graph_.nodes[from].depth + 1;
        queue.push_back(to);
        met_.push_back(to);
      }
    }
  }

  // From the farthest to the nearest: a library that must stay keeps the one that leads to it.
  void hide_system_libraries() {
    std::vector<bool> leads_on(graph_.nodes.size());
    for (auto id = met_.rbegin(); id != met_.rend(); ++id) {
      LinkNode& node = graph_.nodes[*id];
      if (!node.is_shown) continue;
      const bool is_system = node.object && is_system_library(map_.objects[*node.object]);
      node.is_shown = !is_system || leads_on[*id];
      if (node.is_shown) leads_on[graph_.edges[*node.way].from] = true;
    }
  }

  void hide_below(size_t depth) {
    for (LinkNode& node : graph_.nodes)
      if (node.depth > depth) node.is_shown = false;
    for (LinkEdge& edge : graph_.edges)
      if (graph_.nodes[edge.from].depth >= depth) edge.is_shown = false;
  }

  const LinkMap& map_;
  LinkGraph graph_;
  std::map<std::string, NodeId> missing_;
  std::vector<NodeId> met_;  // all but the root, the nearest first
};

}  // namespace

LinkGraph make_link_graph(const LinkMap& map, const LinkFilter& filter) {
  return GraphMaker(map).make(filter);
}

bool is_system_library(const LoadedObject& object) {
  // Only the loader is there before anybody asks for it.
  if (object.found_by == FoundBy::kAlreadyLoaded) return true;
  if (object.found_by != FoundBy::kCache && object.found_by != FoundBy::kDefault) return false;
  static constexpr std::array<std::string_view, 8> kDirectories = {
      "/lib", "/lib32", "/lib64", "/libx32", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32"};
  const std::string path = normalize_path(object.path);
  return std::any_of(kDirectories.begin(), kDirectories.end(),
                     [&](std::string_view directory) { return is_within(path, directory); });
}

}  // namespace elfwheel::loader
