#include "elfwheel/loader/link_graph.h"

#include <gtest/gtest.h>

#include "support/link_map_builder.h"

namespace elfwheel::loader {
namespace {

using test::numbered_map;
using test::object;
using test::request;

std::vector<bool> shown_nodes(const LinkMap& map, const LinkFilter& filter) {
  std::vector<bool> shown;
  for (const LinkNode& node : make_link_graph(map, filter).nodes) shown.push_back(node.is_shown);
  return shown;
}

TEST(LinkGraph, MeasuresTheShortestWay) {
  const LinkMap map = numbered_map(4, {{0, 1}, {1, 2}, {2, 3}, {0, 2}, {3, 0}});
  const LinkGraph graph = make_link_graph(map);
  EXPECT_EQ(graph.nodes[2].depth, 1U);
  EXPECT_EQ(graph.nodes[2].way, 3U);
  EXPECT_EQ(graph.nodes[3].depth, 2U);
  EXPECT_FALSE(graph.nodes[0].way);
}

TEST(LinkGraph, HasOneNodeForAMissingName) {
  LinkMap map = numbered_map(2, {{0, 1}});
  map.requests.push_back(request(0, "gone", std::nullopt, FoundBy::kNotFound));
  map.requests.push_back(request(1, "gone", std::nullopt, FoundBy::kNotFound));
  const LinkGraph graph = make_link_graph(map);
  ASSERT_EQ(graph.nodes.size(), 3U);
  EXPECT_EQ(graph.nodes[2].missing_name, "gone");
  EXPECT_EQ(graph.edges[1].to, 2U);
  EXPECT_EQ(graph.edges[2].to, 2U);
}

TEST(LinkGraph, LeavesOutPreloadsThatWereNotFound) {
  LinkMap map = numbered_map(2, {});
  map.preloads = {request(0, "gone", std::nullopt, FoundBy::kNotFound),
                  request(0, "p", 1, FoundBy::kPath)};
  const LinkGraph graph = make_link_graph(map);
  EXPECT_EQ(graph.nodes.size(), 2U);
  ASSERT_EQ(graph.edges.size(), 1U);
  EXPECT_TRUE(graph.edges[0].is_preload);
}

TEST(LinkGraph, ShowsNothingThatIsAskedForAtTheDepthLimit) {
  LinkFilter filter;
  filter.depth = 1;
  const LinkMap map = numbered_map(4, {{0, 1}, {0, 2}, {1, 2}, {2, 3}});
  EXPECT_EQ(shown_nodes(map, filter), (std::vector<bool>{true, true, true, false}));
  const LinkGraph graph = make_link_graph(map, filter);
  EXPECT_TRUE(graph.edges[1].is_shown);
  EXPECT_FALSE(graph.edges[2].is_shown);  // both ends are shown, but 1 is asked at the limit
}

TEST(LinkGraph, SkipsSystemLibrariesThatLeadToNothingElse) {
  LinkMap map = numbered_map(5, {{0, 1}, {0, 2}, {1, 3}, {2, 4}});
  for (const ObjectId id : {1, 2, 3}) {
    map.objects[id].found_by = FoundBy::kCache;
    map.objects[id].path = "/usr/lib/lib" + std::to_string(id);
  }
  LinkFilter filter;
  filter.skip_system = true;
  // 2 stays: it needs 4, which the system does not have.
  EXPECT_EQ(shown_nodes(map, filter), (std::vector<bool>{true, false, true, false, true}));
  filter.depth = 1;
  EXPECT_EQ(shown_nodes(map, filter), (std::vector<bool>{true, false, false, false, false}));
}

TEST(LinkGraph, KeepsTheSystemLibraryThatMissesOne) {
  LinkMap map = numbered_map(2, {{0, 1}});
  map.objects[1] = object("/lib/liba.so", {"gone"}, FoundBy::kDefault);
  map.requests.push_back(request(1, "gone", std::nullopt, FoundBy::kNotFound));
  LinkFilter filter;
  filter.skip_system = true;
  EXPECT_EQ(shown_nodes(map, filter), (std::vector<bool>{true, true, true}));
}

TEST(SystemLibrary, IsFoundByTheSystemAndLiesThere) {
  const auto is_system = [](const std::string& path, FoundBy found_by) {
    return is_system_library(object(path, {}, found_by));
  };
  EXPECT_TRUE(is_system("/lib/x86_64-linux-gnu/libc.so.6", FoundBy::kCache));
  EXPECT_TRUE(is_system("/usr/lib64/libz.so.1", FoundBy::kDefault));
  EXPECT_TRUE(is_system("/lib64/ld-linux-x86-64.so.2", FoundBy::kAlreadyLoaded));
  EXPECT_FALSE(is_system("/usr/local/lib/libz.so.1", FoundBy::kCache));
  EXPECT_FALSE(is_system("/usr/libexec/libz.so.1", FoundBy::kCache));
  EXPECT_FALSE(is_system("/usr/lib/../../opt/libz.so.1", FoundBy::kCache));
  EXPECT_FALSE(is_system("/usr/lib/libz.so.1", FoundBy::kRunpath));
  EXPECT_FALSE(is_system("/usr/lib/libz.so.1", FoundBy::kPreload));
}

}  // namespace
}  // namespace elfwheel::loader
