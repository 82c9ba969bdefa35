// Who brings a library in: the chains of requests that lead from the root to it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elfwheel/loader/link_graph.h"

namespace elfwheel::loader {

// The edges from the root to the library; no object is met twice.
using Chain = std::vector<EdgeId>;

struct ChainList {
  // Whether an object is brought in; a name that was not found may have chains, too.
  bool found = false;
  std::vector<Chain> chains;  // the shortest first, then in the loader's order
  uint64_t more = 0;          // how many there are besides
  // `more` is a lower bound: where libraries need each other, counting may take too long.
  bool more_at_least = false;
};

// All chains that end at what answers to `name`: an object by its soname, its path or real path,
// the last part of either, or a name somebody asks for it by; a missing library by its name. The
// root never does. `limit` bounds the chains that are listed, not those that are counted.
ChainList find_chains(const LinkMap& map, const LinkGraph& graph, const std::string& name,
                      size_t limit);

}  // namespace elfwheel::loader
