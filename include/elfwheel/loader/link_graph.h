// The loader's answer as a graph: what asks for what, and how far each library is from the file.
//
// Every view of a LinkMap that leaves something out (--depth, --skip-system) leaves out the same.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elfwheel/loader/link_map.h"

namespace elfwheel::loader {

// Indices into LinkGraph::nodes and LinkGraph::edges.
using NodeId = size_t;
using EdgeId = size_t;

struct LinkNode {
  std::optional<ObjectId> object;  // nothing: a name that was not found
  std::string missing_name;        // that name
  size_t depth = 0;                // steps from the root on the shortest way
  std::optional<EdgeId> way;       // the last step of that way; nothing for the root
  bool is_shown = true;
};

struct LinkEdge {
  NodeId from = 0;
  NodeId to = 0;
  const Request* request = nullptr;
  bool is_preload = false;
  bool is_shown = true;
};

// Node i is LinkMap::objects[i]; behind the objects there is one node for each name that was not
// found. Edges stand in the loader's order, preloads that were found first. It points into the map,
// which must outlive it.
struct LinkGraph {
  std::vector<LinkNode> nodes;
  std::vector<LinkEdge> edges;
  std::vector<std::vector<EdgeId>> edges_of;  // those that begin at a node
};

struct LinkFilter {
  // What objects at this depth ask for is not shown.
  std::optional<size_t> depth;
  // System libraries (is_system_library) are not shown, unless the shortest way to something else,
  // or to a name that was not found, leads through them.
  bool skip_system = false;
};

LinkGraph make_link_graph(const LinkMap& map, const LinkFilter& filter = {});

// Whether the object came from the cache or a default directory and lies below /lib or /usr/lib
// (lib32, lib64, libx32 likewise), or is the loader itself.
bool is_system_library(const LoadedObject& object);

}  // namespace elfwheel::loader
