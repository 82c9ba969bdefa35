#include "elfwheel/loader/chains.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "elfwheel/report/link_map.h"
#include "support/link_map_builder.h"

namespace elfwheel::report {
namespace {

using loader::FoundBy;
using loader::LinkMap;
using test::object;
using test::request;

// app needs liba.so (by its RUNPATH) and libc.so.6; liba.so needs libb.so (by app's RPATH) and
// libc.so.6; libb.so needs libgone.so.
LinkMap app() {
  LinkMap map;
  map.objects = {object("/x/app", {}), object("/opt/liba.so", {}, FoundBy::kRunpath),
                 object("/lib/libc.so.6", {}, FoundBy::kCache),
                 object("/opt/libb.so", {}, FoundBy::kRpath)};
  map.requests = {request(0, "liba.so", 1, FoundBy::kRunpath),
                  request(0, "libc.so.6", 2, FoundBy::kCache),
                  request(1, "libb.so", 3, FoundBy::kRpath),
                  request(1, "libc.so.6", 2, FoundBy::kAlreadyLoaded),
                  request(3, "libgone.so", std::nullopt, FoundBy::kNotFound)};
  map.requests[0].steps = {{FoundBy::kRunpath, 0, "/opt/liba.so", "found"}};
  map.requests[2].steps = {{FoundBy::kRpath, 1, "/y/libb.so", "No such file or directory"},
                           {FoundBy::kRpath, 0, "/opt/libb.so", "found"}};
  return map;
}

std::string text(const LinkMap& map, const std::string& name, size_t limit = 9) {
  const loader::LinkGraph graph = loader::make_link_graph(map);
  return render_chains(map, graph, loader::find_chains(map, graph, name, limit), name, {});
}

Json json(const LinkMap& map, const std::string& name, size_t limit = 9) {
  const loader::LinkGraph graph = loader::make_link_graph(map);
  return chains_json(map, graph, loader::find_chains(map, graph, name, limit), "./app", name);
}

TEST(RenderedChains, SayWhereEachStepWasFound) {
  EXPECT_EQ(text(app(), "libb.so"),
            "/x/app\n    app → liba.so (RUNPATH of app) → libb.so (RPATH of app)\n");
  EXPECT_EQ(text(app(), "libc.so.6"),
            "/x/app\n    app → libc.so.6 (cache)\n"
            "    app → liba.so (RUNPATH of app) → libc.so.6 (already loaded)\n");
}

TEST(RenderedChains, EndAtWhatIsMissing) {
  EXPECT_EQ(text(app(), "libgone.so"),
            "/x/app\n    app → liba.so (RUNPATH of app) → libb.so (RPATH of app) → "
            "libgone.so (not found)\n");
}

TEST(RenderedChains, SayWhenThereAreNoneOrMore) {
  EXPECT_EQ(text(app(), "lib\nz.so"), "/x/app\n    nothing brings in lib\\nz.so\n");
  EXPECT_EQ(text(app(), "libc.so.6", 1), "/x/app\n    app → libc.so.6 (cache)\n    and 1 more\n");
}

TEST(RenderedChains, BeginWithPreloads) {
  LinkMap map = app();
  map.objects.push_back(object("/opt/libp.so", {}, FoundBy::kPreload));
  map.preloads = {request(0, "/opt/libp.so", 4, FoundBy::kPath)};
  EXPECT_EQ(text(map, "libp.so"), "/x/app\n    app → /opt/libp.so (LD_PRELOAD)\n");
}

TEST(ChainsJson, HasTheStepsOfEachChain) {
  EXPECT_EQ(json(app(), "libb.so").dump(),
            R"({"path":"./app","why":"libb.so","found":true,"chains":[[)"
            R"({"name":"liba.so","path":"/opt/liba.so","realpath":"/real/opt/liba.so",)"
            R"("found_by":"runpath","owner":"./app"},)"
            R"({"name":"libb.so","path":"/opt/libb.so","realpath":"/real/opt/libb.so",)"
            R"("found_by":"rpath","owner":"./app"}]],"more":0,"more_at_least":false})");
  EXPECT_EQ(json(app(), "libc.so.6", 1)["more"], 1);
  const Json gone = json(app(), "libgone.so");
  EXPECT_EQ(gone["found"], false);
  EXPECT_EQ(gone["chains"][0][2].dump(),
            R"({"name":"libgone.so","path":null,"realpath":null,"found_by":null})");
}

}  // namespace
}  // namespace elfwheel::report
