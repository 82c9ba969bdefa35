// A link map as a tree on the page.
#include "elfwheel/report/link_map.h"

namespace elfwheel::report {

namespace {

using loader::EdgeId;
using loader::FoundBy;
using loader::LinkEdge;
using loader::LinkGraph;
using loader::LinkMap;
using loader::NodeId;
using loader::Request;

class Tree {
 public:
  Tree(const LinkMap& map, const TextStyle& style, const loader::LinkFilter& filter)
      : map_(map),
        style_(style),
        graph_(loader::make_link_graph(map, filter)),
        has_line_(map.objects.size()) {
    for (const LinkEdge& edge : graph_.edges) {
      if (edge.is_shown && edge.request->object && tells_path(edge)) has_line_[edge.to] = true;
    }
  }

  std::string render() {
    text_ = render_heading(style_, printable(map_.objects.front().path)) + "\n";
    expand(0, 1);
    for (const Request& request : map_.requests) {
      if (request.fatal.empty()) continue;
      text_ += render_alarm(style_, "the loader gives up here: " + printable(request.fatal)) + "\n";
    }
    for (const std::string& fault : describe_faults(map_))
      text_ += render_alarm(style_, printable(fault)) + "\n";
    for (const std::string& warning : map_.warnings) text_ += printable(warning) + "\n";
    return std::move(text_);
  }

 private:
  void expand(NodeId node, size_t depth) {
    for (const EdgeId id : graph_.edges_of[node]) {
      const LinkEdge& edge = graph_.edges[id];
      if (!edge.is_shown) continue;
      text_.append(4 * depth, ' ');
      text_ += line(edge);
      text_ += '\n';
      if (graph_.nodes[edge.to].way == id) expand(edge.to, depth + 1);
    }
  }

  static bool tells_path(const LinkEdge& edge) {
    return edge.is_preload || edge.request->found_by != FoundBy::kAlreadyLoaded;
  }

  std::string line(const LinkEdge& edge) {
    std::string name = printable(edge.request->name);
    if (!edge.request->object) return render_alarm(style_, name + " => not found");
    std::string how = "(";
    how += found_by_name(edge.is_preload ? FoundBy::kPreload : edge.request->found_by);
    how += ')';
    // ld.so is loaded before anybody asks for it: nowhere else would its path be told.
    if (!tells_path(edge) && has_line_[edge.to]) return render_dim(style_, name + " " + how);
    has_line_[edge.to] = true;
    name += " => ";
    name += printable(map_.objects[edge.to].path);
    name += ' ';
    name += render_dim(style_, how);
    return name;
  }

  const LinkMap& map_;
  const TextStyle& style_;
  LinkGraph graph_;
  std::vector<bool> has_line_;  // a line with its path was or will be written
  std::string text_;
};

}  // namespace

std::string render_tree(const LinkMap& map, const TextStyle& style,
                        const loader::LinkFilter& filter) {
  return Tree(map, style, filter).render();
}

}  // namespace elfwheel::report
