#include "elfwheel/loader/chains.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <random>
#include <set>

#include "support/link_map_builder.h"

namespace elfwheel::loader {
namespace {

using test::numbered_map;
using test::request;
using Ways = std::vector<std::vector<NodeId>>;

// The nodes behind the root of each chain.
Ways ways(const LinkMap& map, const std::string& name, size_t limit = 1000) {
  const LinkGraph graph = make_link_graph(map);
  Ways result;
  for (const Chain& chain : find_chains(map, graph, name, limit).chains) {
    result.emplace_back();
    for (const EdgeId id : chain) result.back().push_back(graph.edges[id].to);
  }
  return result;
}

ChainList chains(const LinkMap& map, const std::string& name, size_t limit) {
  return find_chains(map, make_link_graph(map), name, limit);
}

TEST(Chains, AreAllWaysTheShortestFirst) {
  const LinkMap map = numbered_map(4, {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}});
  EXPECT_EQ(ways(map, "lib3"), (Ways{{3}, {1, 3}, {2, 3}, {1, 2, 3}}));
}

TEST(Chains, MeetNothingTwice) {
  const LinkMap map = numbered_map(4, {{0, 1}, {1, 1}, {1, 2}, {2, 1}, {2, 0}, {2, 3}, {3, 2}});
  EXPECT_EQ(ways(map, "lib3"), (Ways{{1, 2, 3}}));
  EXPECT_EQ(ways(map, "lib1"), (Ways{{1}}));
}

TEST(Chains, NeverEndAtTheRoot) {
  const LinkMap map = numbered_map(2, {{0, 1}, {1, 0}});
  EXPECT_EQ(ways(map, "lib0"), Ways{});
  EXPECT_FALSE(chains(map, "lib0", 9).found);
}

TEST(Chains, ListANameThatStandsTwiceInAFileOnce) {
  LinkMap map = numbered_map(2, {{0, 1}, {0, 1}});
  EXPECT_EQ(ways(map, "lib1").size(), 1U);
  map.requests[1].name = "other";
  EXPECT_EQ(ways(map, "lib1").size(), 2U);
}

TEST(Chains, AreFoundByEveryNameOfTheLibrary) {
  LinkMap map = numbered_map(3, {{0, 1}, {0, 2}});
  map.objects[1].soname = "liba.so.1";
  map.objects[1].path = "/opt/liba.so.1.2";
  map.objects[1].real_path = "/store/liba.so.1.2.3";
  for (const char* name : {"lib1", "liba.so.1", "liba.so.1.2", "/opt/liba.so.1.2", "liba.so.1.2.3",
                           "/store/liba.so.1.2.3"}) {
    EXPECT_EQ(ways(map, name), (Ways{{1}})) << name;
  }
  EXPECT_EQ(ways(map, "liba.so"), Ways{});
  EXPECT_EQ(ways(map, ""), Ways{});
}

TEST(Chains, LeadToMissingNamesWhichAreNotFound) {
  LinkMap map = numbered_map(2, {{0, 1}});
  map.requests.push_back(request(1, "gone", std::nullopt, FoundBy::kNotFound));
  EXPECT_EQ(ways(map, "gone"), (Ways{{1, 2}}));
  EXPECT_FALSE(chains(map, "gone", 9).found);
  EXPECT_TRUE(chains(map, "lib1", 9).found);
}

TEST(Chains, PassThroughOneLibraryOfTheNameToAnother) {
  LinkMap map = numbered_map(3, {{0, 1}, {1, 2}});
  map.objects[1].soname = "x";
  map.objects[2].soname = "x";
  EXPECT_EQ(ways(map, "x"), (Ways{{1}, {1, 2}}));
}

// Layers of two objects, each needing both of the next layer: 2 to the power of `layers` chains.
LinkMap layered(size_t layers) {
  std::vector<std::pair<size_t, size_t>> needs = {{0, 1}, {0, 2}};
  for (size_t i = 0; i + 1 < layers; ++i) {
    for (const size_t from : {2 * i + 1, 2 * i + 2})
      for (const size_t to : {2 * i + 3, 2 * i + 4}) needs.emplace_back(from, to);
  }
  const size_t last = 2 * layers + 1;
  needs.emplace_back(last - 1, last);
  needs.emplace_back(last - 2, last);
  return numbered_map(last + 1, needs);
}

TEST(Chains, BeyondTheLimitAreCounted) {
  const ChainList list = chains(layered(20), "lib41", 3);
  EXPECT_EQ(list.chains.size(), 3U);
  EXPECT_EQ(list.more, (1U << 20) - 3);
  EXPECT_FALSE(list.more_at_least);
  const ChainList all = chains(layered(3), "lib7", 8);
  EXPECT_EQ(all.chains.size(), 8U);
  EXPECT_EQ(all.more, 0U);
}

TEST(Chains, TooManyToCountAreAtLeastSoMany) {
  const ChainList list = chains(layered(70), "lib141", 2);
  EXPECT_EQ(list.more, std::numeric_limits<uint64_t>::max() - 2);
  EXPECT_TRUE(list.more_at_least);
}

TEST(Chains, AreFoundSoonWhereAllLibrariesNeedEachOther) {
  std::vector<std::pair<size_t, size_t>> needs;
  for (size_t from = 0; from < 40; ++from)
    for (size_t to = 1; to < 40; ++to) needs.emplace_back(from, to);
  const ChainList list = chains(numbered_map(40, needs), "lib39", 50);
  EXPECT_EQ(list.chains.size(), 50U);
  EXPECT_EQ(list.chains[0].size(), 1U);
  EXPECT_GT(list.more, 1000U);
  EXPECT_TRUE(list.more_at_least);
}

// The same by trying every way.
std::set<std::vector<NodeId>> all_ways(const LinkMap& map, NodeId target) {
  std::set<std::vector<NodeId>> result;
  std::vector<NodeId> way;
  std::vector<bool> is_met(map.objects.size());
  const std::function<void(NodeId)> go = [&](NodeId from) {
    is_met[from] = true;
    if (from == target) result.insert(way);
    for (const Request& each : map.requests) {
      if (each.asker != from || is_met[*each.object]) continue;
      way.push_back(*each.object);
      go(*each.object);
      way.pop_back();
    }
    is_met[from] = false;
  };
  go(0);
  return result;
}

TEST(Chains, AreThoseOfAnExhaustiveSearch) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    const size_t count = 2 + random() % 7;
    std::vector<std::pair<size_t, size_t>> needs;
    for (size_t i = random() % (3 * count); i > 0; --i)
      needs.emplace_back(random() % count, random() % count);
    const LinkMap map = numbered_map(count, needs);
    const NodeId target = 1 + random() % (count - 1);
    const std::string name = "/" + std::to_string(target);
    const Ways found = ways(map, name);
    EXPECT_TRUE(std::is_sorted(found.begin(), found.end(),
                               [](const auto& a, const auto& b) { return a.size() < b.size(); }));
    const auto expected = all_ways(map, target);
    EXPECT_EQ(std::set(found.begin(), found.end()), expected);
    EXPECT_EQ(found.size(), expected.size());
    const size_t limit = 1 + random() % 3;
    const ChainList list = chains(map, name, limit);
    EXPECT_EQ(list.chains.size() + list.more, expected.size());
    EXPECT_FALSE(list.more_at_least);
    EXPECT_EQ(list.found, !expected.empty());
  }
}

}  // namespace
}  // namespace elfwheel::loader
