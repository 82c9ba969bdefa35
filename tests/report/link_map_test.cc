#include "elfwheel/report/link_map.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/link_map_builder.h"

namespace elfwheel::report {
namespace {

using loader::FoundBy;
using loader::LinkMap;
using test::object;
using test::request;

// /app needs liba.so and libc.so.6, liba.so needs libb.so, which is missing, and libc.so.6.
LinkMap app() {
  LinkMap map;
  map.libc = elf::Libc::kGlibc;
  map.objects = {object("/app", {"liba.so", "libc.so.6"}),
                 object("/opt/liba.so", {"libb.so", "libc.so.6"}, FoundBy::kRpath),
                 object("/lib/libc.so.6", {}, FoundBy::kCache)};
  map.objects[0].interp = "/lib64/ld-linux-x86-64.so.2";
  map.objects[0].architecture = "x86_64";
  map.objects[0].rpath = {"/opt", "$ORIGIN"};
  map.objects[1].soname = "liba.so";
  map.load_order = {1, 2};
  map.requests = {request(0, "liba.so", 1, FoundBy::kRpath),
                  request(0, "libc.so.6", 2, FoundBy::kCache),
                  request(1, "libb.so", std::nullopt, FoundBy::kNotFound),
                  request(1, "libc.so.6", 2, FoundBy::kAlreadyLoaded)};
  map.requests[2].steps = {{FoundBy::kRpath, 0, "/opt/libb.so", "No such file or directory"},
                           {FoundBy::kDefault, std::nullopt, "/lib/libb.so", "wrong ELF class"}};
  return map;
}

TEST(LinkMapTree, ShowsEachNeedBelowItsAsker) {
  EXPECT_EQ(render_tree(app(), {}),
            "/app\n"
            "    liba.so => /opt/liba.so (rpath)\n"
            "        libb.so => not found\n"
            "        libc.so.6 (already loaded)\n"
            "    libc.so.6 => /lib/libc.so.6 (cache)\n");
}

TEST(LinkMapTree, ShowsWhatIsMissingInRed) {
  const std::string text = render_tree(app(), {true});
  EXPECT_NE(text.find("\x1b[31mlibb.so => not found\x1b[0m"), std::string::npos) << text;
}

TEST(LinkMapTree, NamesThePathOfAnObjectThatWasThereBeforeItWasAskedFor) {
  LinkMap map;
  map.objects = {object("/app", {"ld.so"}), object("/lib/ld.so", {})};
  map.requests = {request(0, "ld.so", 1, FoundBy::kAlreadyLoaded),
                  request(0, "ld.so", 1, FoundBy::kAlreadyLoaded)};
  EXPECT_EQ(render_tree(map, {}),
            "/app\n"
            "    ld.so => /lib/ld.so (already loaded)\n"
            "    ld.so (already loaded)\n");
}

TEST(LinkMapTree, EndsWithWhatTheLoaderGivesUpOnAndWithWarnings) {
  LinkMap map;
  map.objects = {object("/app", {"liba.so"})};
  map.requests = {request(0, "liba.so", std::nullopt, FoundBy::kNotFound)};
  map.requests[0].fatal = "/opt/liba.so: file too short";
  map.warnings = {"preload libx.so: not found"};
  EXPECT_EQ(render_tree(map, {}),
            "/app\n"
            "    liba.so => not found\n"
            "the loader gives up here: /opt/liba.so: file too short\n"
            "preload libx.so: not found\n");
}

TEST(LinkMapTree, EndsThoughLibrariesNeedEachOther) {
  LinkMap map;
  map.objects = {object("/a", {"b"}), object("/b", {"a2"}), object("/a2", {"b"})};
  map.requests = {request(0, "b", 1, FoundBy::kDefault), request(1, "a2", 2, FoundBy::kDefault),
                  request(2, "b", 1, FoundBy::kDefault)};
  EXPECT_EQ(render_tree(map, {}),
            "/a\n"
            "    b => /b (default)\n"
            "        a2 => /a2 (default)\n"
            "            b => /b (default)\n");
}

TEST(LinkMapTree, ShowsPreloadsBelowTheRoot) {
  LinkMap map = app();
  map.objects.push_back(object("/opt/libp.so", {"libc.so.6"}, FoundBy::kPreload));
  map.preloads = {request(0, "/opt/libp.so", 3, FoundBy::kPath),
                  request(0, "libgone.so", std::nullopt, FoundBy::kNotFound)};
  map.requests.push_back(request(3, "libc.so.6", 2, FoundBy::kAlreadyLoaded));
  const std::string text = render_tree(map, {});
  EXPECT_EQ(text.find("/app\n"
                      "    /opt/libp.so => /opt/libp.so (LD_PRELOAD)\n"
                      "        libc.so.6 (already loaded)\n"
                      "    liba.so => /opt/liba.so (rpath)\n"),
            0U)
      << text;
}

TEST(LinkMapTree, LeavesOutWhatIsDeeperOrOfTheSystem) {
  loader::LinkFilter shallow;
  shallow.depth = 1;
  EXPECT_EQ(render_tree(app(), {}, shallow),
            "/app\n"
            "    liba.so => /opt/liba.so (rpath)\n"
            "    libc.so.6 => /lib/libc.so.6 (cache)\n");
  loader::LinkFilter foreign;
  foreign.skip_system = true;
  EXPECT_EQ(render_tree(app(), {}, foreign),
            "/app\n"
            "    liba.so => /opt/liba.so (rpath)\n"
            "        libb.so => not found\n");
}

TEST(LinkMapExplanation, ListsEveryPlaceThatWasTried) {
  const std::string text = render_explanation(app(), {});
  EXPECT_NE(text.find("\nlibb.so, needed by liba.so\n"
                      "    rpath of /app: /opt/libb.so: No such file or directory\n"
                      "    default: /lib/libb.so: wrong ELF class\n"
                      "    not found\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\nliba.so, needed by /app\n    => /opt/liba.so (rpath)\n"),
            std::string::npos)
      << text;
}

TEST(LinkMapJson, HasTheDocumentedKeysInOrder) {
  const Json json = link_map_json(app(), "./app");
  EXPECT_EQ(json.dump(),
            R"({"path":"./app","realpath":"/real/app","interp":"/lib64/ld-linux-x86-64.so.2",)"
            R"("libc":"glibc","arch":"x86_64","needed":["liba.so","libc.so.6"],)"
            R"("rpath":["/opt","$ORIGIN"],"runpath":[],"libs":{)"
            R"("liba.so":{"path":"/opt/liba.so","realpath":"/real/opt/liba.so",)"
            R"("soname":"liba.so","needed":["libb.so","libc.so.6"],"rpath":[],"runpath":[],)"
            R"("found_by":"rpath","requested_by":["./app"]},)"
            R"("libc.so.6":{"path":"/lib/libc.so.6","realpath":"/real/lib/libc.so.6",)"
            R"("soname":null,"needed":[],"rpath":[],"runpath":[],"found_by":"cache",)"
            R"("requested_by":["./app","liba.so"]},)"
            R"("libb.so":{"path":null,"realpath":null,"soname":null,"needed":[],"rpath":[],)"
            R"("runpath":[],"found_by":null,"requested_by":["liba.so"]}},"load_order":[)"
            R"({"name":"liba.so","path":"/opt/liba.so","realpath":"/real/opt/liba.so"},)"
            R"({"name":"libc.so.6","path":"/lib/libc.so.6","realpath":"/real/lib/libc.so.6"}]})");
}

TEST(LinkMapJson, LeavesOutWhatIsOfTheSystem) {
  loader::LinkFilter filter;
  filter.skip_system = true;
  const Json json = link_map_json(app(), "/app", false, filter);
  EXPECT_EQ(json["load_order"].dump(),
            R"([{"name":"liba.so","path":"/opt/liba.so","realpath":"/real/opt/liba.so"}])");
  EXPECT_TRUE(json["libs"].contains("libb.so"));
  EXPECT_FALSE(json["libs"].contains("libc.so.6"));
  EXPECT_EQ(json["needed"].dump(), R"(["liba.so","libc.so.6"])");
}

TEST(LinkMapJson, ExplainsWhenAsked) {
  const Json json = link_map_json(app(), "/app", true);
  EXPECT_EQ(json["libs"]["libb.so"]["search"].dump(),
            R"([{"source":"rpath","owner":"/app","path":"/opt/libb.so",)"
            R"("outcome":"No such file or directory"},)"
            R"({"source":"default","path":"/lib/libb.so","outcome":"wrong ELF class"}])");
}

TEST(LinkMapJson, SaysWhyTheLoaderGivesUp) {
  LinkMap map = app();
  map.requests[2].fatal = "/opt/libb.so: file too short";
  EXPECT_EQ(link_map_json(map, "/app")["libs"]["libb.so"]["error"], "/opt/libb.so: file too short");
}

}  // namespace
}  // namespace elfwheel::report
