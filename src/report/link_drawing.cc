#include "report/link_drawing.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "report/link_map_names.h"

namespace elfwheel::report {

namespace {

using loader::FoundBy;
using loader::LinkEdge;
using loader::LinkGraph;
using loader::LinkMap;
using loader::NodeId;

class Drawer {
 public:
  void add(const LinkMap& map, const loader::LinkFilter& filter) {
    const LinkGraph graph = loader::make_link_graph(map, filter);
    const std::vector<std::string> names = object_names(map);
    boxes_of_.assign(graph.nodes.size(), 0);
    for (NodeId id = 0; id < graph.nodes.size(); ++id) {
      const loader::LinkNode& node = graph.nodes[id];
      if (!node.is_shown) continue;
      if (node.object) {
        boxes_of_[id] = add_object(map, *node.object, names[id]);
      } else {
        boxes_of_[id] = add_box("missing " + node.missing_name,
                                {node.missing_name, "not found", FoundBy::kNotFound});
      }
    }
    for (const LinkEdge& edge : graph.edges)
      if (edge.is_shown) add_arrow(edge);
  }

  LinkDrawing take() { return std::move(drawing_); }

 private:
  size_t add_object(const LinkMap& map, loader::ObjectId id, const std::string& name) {
    const loader::LoadedObject& object = map.objects[id];
    const size_t box =
        add_box("file " + object.real_path,
                {name, name == object.path ? std::string() : object.path, object.found_by});
    // One file's library may be another that was asked about.
    if (id == 0) drawing_.boxes[box].source = FoundBy::kRoot;
    return box;
  }

  size_t add_box(const std::string& key, DrawnBox box) {
    const auto [known, is_new] = known_boxes_.try_emplace(key, drawing_.boxes.size());
    if (is_new) drawing_.boxes.push_back(std::move(box));
    return known->second;
  }

  void add_arrow(const LinkEdge& edge) {
    const DrawnArrow arrow{boxes_of_[edge.from], boxes_of_[edge.to],
                           edge.is_preload ? FoundBy::kPreload : edge.request->found_by};
    if (known_arrows_.emplace(arrow.from, arrow.to, arrow.source).second)
      drawing_.arrows.push_back(arrow);
  }

  LinkDrawing drawing_;
  std::vector<size_t> boxes_of_;  // of the map that is being added
  std::map<std::string, size_t> known_boxes_;
  std::set<std::tuple<size_t, size_t, FoundBy>> known_arrows_;
};

}  // namespace

LinkDrawing draw_link_maps(const std::vector<LinkMap>& maps, const loader::LinkFilter& filter) {
  Drawer drawer;
  for (const LinkMap& map : maps) drawer.add(map, filter);
  return drawer.take();
}

const BoxColour& colour_of(FoundBy source) {
  return *std::find_if(std::begin(kBoxColours), std::end(kBoxColours),
                       [&](const BoxColour& colour) { return colour.source == source; });
}

}  // namespace elfwheel::report
