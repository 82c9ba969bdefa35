// Chains are listed best first: a beginning of a chain waits in a queue with the length of the
// shortest chain it can become, found afresh around the objects it has met. So no beginning leads
// nowhere, and the work is bounded by the chains that are listed, not by those that exist.
#include "elfwheel/loader/chains.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/paths.h"

namespace elfwheel::loader {

namespace {

constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
// Steps of counting in a graph with circles before the answer is "at least"; some milliseconds.
constexpr size_t kCountingSteps = 1000000;

class ChainFinder {
 public:
  ChainFinder(const LinkMap& map, const LinkGraph& graph, const std::string& name)
      : graph_(graph), steps_of_(graph.nodes.size()), is_target_(graph.nodes.size()) {
    mark_targets(map, name);
    list_steps();
  }

  ChainList find(size_t limit) {
    ChainList result;
    for (NodeId id = 0; id < graph_.nodes.size(); ++id)
      if (is_target_[id] && graph_.nodes[id].object && graph_.nodes[id].way) result.found = true;
    // One chain beyond the limit tells whether anything must be counted.
    result.chains = list_chains(limit + 1);
    if (result.chains.size() <= limit) return result;
    result.chains.resize(limit);
    const auto [count, is_exact] = count_all();
    result.more = std::max<uint64_t>(count - std::min<uint64_t>(count, limit), 1);
    result.more_at_least = !is_exact;
    return result;
  }

 private:
  struct Beginning {
    size_t length = 0;  // of the shortest chain it can become; its own when it is complete
    Chain edges;
    bool is_complete = false;
    friend bool operator<(const Beginning& a, const Beginning& b) {
      return std::tie(a.length, a.edges, b.is_complete) <
             std::tie(b.length, b.edges, a.is_complete);
    }
  };

  void mark_targets(const LinkMap& map, const std::string& name) {
    const auto names_file = [&](const std::string& path) {
      return path == name || base_name(path) == name;
    };
    for (NodeId id = 1; id < graph_.nodes.size(); ++id) {
      const LinkNode& node = graph_.nodes[id];
      if (!node.object) {
        is_target_[id] = names_file(node.missing_name);
        continue;
      }
      const LoadedObject& object = map.objects[*node.object];
      is_target_[id] =
          object.soname == name || names_file(object.path) || names_file(object.real_path);
    }
    for (const LinkEdge& edge : graph_.edges)
      if (edge.to != 0 && edge.request->name == name) is_target_[edge.to] = true;
  }

  // The edges that a chain can take: none twice (a name may stand in a file twice), none from an
  // object to itself or to the root, and none that leads to no target.
  void list_steps() {
    const std::vector<bool> leads_on = find_leading();
    for (NodeId from = 0; from < graph_.nodes.size(); ++from) {
      std::set<std::pair<NodeId, std::string_view>> taken;
      for (const EdgeId id : graph_.edges_of[from]) {
        const LinkEdge& edge = graph_.edges[id];
        if (edge.to == 0 || edge.to == from || !leads_on[edge.to]) continue;
        if (taken.emplace(edge.to, edge.request->name).second) steps_of_[from].push_back(id);
      }
    }
  }

  // The nodes from which a target can be reached, targets included.
  std::vector<bool> find_leading() const {
    std::vector<std::vector<NodeId>> askers_of(graph_.nodes.size());
    for (const LinkEdge& edge : graph_.edges) askers_of[edge.to].push_back(edge.from);
    std::vector<bool> leads_on = is_target_;
    std::vector<NodeId> open;
    for (NodeId id = 0; id < leads_on.size(); ++id)
      if (leads_on[id]) open.push_back(id);
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      for (const NodeId asker : askers_of[id]) {
        if (leads_on[asker]) continue;
        leads_on[asker] = true;
        open.push_back(asker);
      }
    }
    return leads_on;
  }

  std::vector<Chain> list_chains(size_t limit) const {
    std::vector<Chain> chains;
    std::set<Beginning> queue;
    add_beginning(queue, {});
    while (!queue.empty() && chains.size() < limit) {
      Beginning next = std::move(queue.extract(queue.begin()).value());
      if (next.is_complete) {
        chains.push_back(std::move(next.edges));
        continue;
      }
      std::vector<bool> is_met = met_by(next.edges);
      for (const EdgeId id : steps_of_[end_of(next.edges)]) {
        if (is_met[graph_.edges[id].to]) continue;
        Chain longer = next.edges;
        longer.push_back(id);
        if (is_target_[graph_.edges[id].to]) queue.insert({longer.size(), longer, true});
        add_beginning(queue, std::move(longer));
      }
    }
    return chains;
  }

  void add_beginning(std::set<Beginning>& queue, Chain edges) const {
    const auto rest = shortest_rest(edges);
    if (!rest) return;
    const size_t length = edges.size() + *rest;
    queue.insert({length, std::move(edges), false});
  }

  // How many steps lead from the end of `edges` to another target, around what was met.
  std::optional<size_t> shortest_rest(const Chain& edges) const {
    std::vector<bool> is_met = met_by(edges);
    std::deque<std::pair<NodeId, size_t>> queue = {{end_of(edges), 0}};
    while (!queue.empty()) {
      const auto [from, length] = queue.front();
      queue.pop_front();
      for (const EdgeId id : steps_of_[from]) {
        const NodeId to = graph_.edges[id].to;
        if (is_met[to]) continue;
        if (is_target_[to]) return length + 1;
        is_met[to] = true;
        queue.emplace_back(to, length + 1);
      }
    }
    return std::nullopt;
  }

  NodeId end_of(const Chain& edges) const {
    return edges.empty() ? 0 : graph_.edges[edges.back()].to;
  }

  std::vector<bool> met_by(const Chain& edges) const {
    std::vector<bool> is_met(graph_.nodes.size());
    is_met[0] = true;
    for (const EdgeId id : edges) is_met[graph_.edges[id].to] = true;
    return is_met;
  }

  // The number of all chains, and whether it is exact.
  std::pair<uint64_t, bool> count_all() const {
    if (const auto count = count_without_circles()) return {*count, *count != kMost};
    return count_with_circles();
  }

  // Without circles every way is a chain, and each node has as many as those before it together.
  // Nothing when there is a circle; kMost when there are too many to count.
  std::optional<uint64_t> count_without_circles() const {
    std::vector<size_t> open_askers(graph_.nodes.size());
    const std::vector<NodeId> reached = reachable();
    for (const NodeId from : reached)
      for (const EdgeId id : steps_of_[from]) ++open_askers[graph_.edges[id].to];
    std::vector<uint64_t> ways(graph_.nodes.size());
    ways[0] = 1;
    uint64_t total = 0;
    std::vector<NodeId> ready = {0};
    for (size_t i = 0; i < ready.size(); ++i) {
      const NodeId from = ready[i];
      if (is_target_[from]) total = saturating_sum(total, ways[from]);
      for (const EdgeId id : steps_of_[from]) {
        const NodeId to = graph_.edges[id].to;
        ways[to] = saturating_sum(ways[to], ways[from]);
        if (--open_askers[to] == 0) ready.push_back(to);
      }
    }
    if (ready.size() != reached.size()) return std::nullopt;
    return total;
  }

  static uint64_t saturating_sum(uint64_t a, uint64_t b) { return a > kMost - b ? kMost : a + b; }

  std::vector<NodeId> reachable() const {
    std::vector<NodeId> reached = {0};
    std::vector<bool> is_reached(graph_.nodes.size());
    is_reached[0] = true;
    for (size_t i = 0; i < reached.size(); ++i) {
      for (const EdgeId id : steps_of_[reached[i]]) {
        const NodeId to = graph_.edges[id].to;
        if (is_reached[to]) continue;
        is_reached[to] = true;
        reached.push_back(to);
      }
    }
    return reached;
  }

  // Walks all ways that meet nothing twice, as far as kCountingSteps allow.
  std::pair<uint64_t, bool> count_with_circles() const {
    uint64_t total = 0;
    std::vector<bool> is_met(graph_.nodes.size());
    is_met[0] = true;
    std::vector<std::pair<NodeId, size_t>> way = {{0, 0}};  // a node, and its next step
    for (size_t taken = 0; !way.empty(); ++taken) {
      if (taken == kCountingSteps) return {total, false};
      auto& [from, next] = way.back();
      if (next == steps_of_[from].size()) {
        is_met[from] = false;
        way.pop_back();
        continue;
      }
      const NodeId to = graph_.edges[steps_of_[from][next++]].to;
      if (is_met[to]) continue;
      if (is_target_[to]) ++total;
      is_met[to] = true;
      way.emplace_back(to, 0);
    }
    return {total, true};
  }

  const LinkGraph& graph_;
  std::vector<std::vector<EdgeId>> steps_of_;
  std::vector<bool> is_target_;
};

}  // namespace

ChainList find_chains(const LinkMap& map, const LinkGraph& graph, const std::string& name,
                      size_t limit) {
  return ChainFinder(map, graph, name).find(limit);
}

}  // namespace elfwheel::loader
