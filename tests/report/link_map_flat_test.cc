#include <gtest/gtest.h>

#include "elfwheel/report/link_map.h"
#include "support/link_map_builder.h"

namespace elfwheel::report {
namespace {

using loader::FoundBy;
using loader::LinkMap;
using test::object;
using test::request;

// app needs liba.so and libc.so.6; liba.so needs libgone.so, then libb.so.
LinkMap app() {
  LinkMap map;
  map.objects = {object("/app", {}), object("/opt/liba.so", {}, FoundBy::kRunpath),
                 object("/lib/libc.so.6", {}, FoundBy::kCache),
                 object("/opt/libb.so", {}, FoundBy::kLibraryPath)};
  map.load_order = {1, 2, 3};
  map.requests = {request(0, "liba.so", 1, FoundBy::kRunpath),
                  request(0, "libc.so.6", 2, FoundBy::kCache),
                  request(1, "libgone.so", std::nullopt, FoundBy::kNotFound),
                  request(1, "libb.so", 3, FoundBy::kLibraryPath),
                  request(3, "libgone.so", std::nullopt, FoundBy::kNotFound)};
  return map;
}

TEST(LinkMapList, HasAllInTheOrderOfTheLoader) {
  EXPECT_EQ(render_flat(app(), {}),
            "liba.so => /opt/liba.so (runpath)\n"
            "libc.so.6 => /lib/libc.so.6 (cache)\n"
            "libgone.so => not found\n"
            "libb.so => /opt/libb.so (LD_LIBRARY_PATH)\n");
}

TEST(LinkMapList, BeginsWithWhatTheRootMisses) {
  LinkMap map = app();
  map.requests.insert(map.requests.begin(),
                      request(0, "libfirst.so", std::nullopt, FoundBy::kNotFound));
  map.requests[0].fatal = "/opt/libfirst.so: file too short";
  EXPECT_EQ(render_flat(map, {}).substr(0, 64),
            "libfirst.so => not found (/opt/libfirst.so: file too short)\nliba");
}

// ld.so does not stand where it is asked for, but behind the object before it in the search order;
// what is missing stays behind that.
TEST(LinkMapList, HasTheLoaderBeforeWhatIsMissingThere) {
  LinkMap map = app();
  map.objects.push_back(object("/lib64/ld.so", {}, FoundBy::kAlreadyLoaded));
  map.requests.insert(map.requests.begin() + 3, request(1, "ld.so", 4, FoundBy::kAlreadyLoaded));
  map.load_order = {1, 2, 4, 3};
  EXPECT_EQ(render_flat(map, {}),
            "liba.so => /opt/liba.so (runpath)\n"
            "libc.so.6 => /lib/libc.so.6 (cache)\n"
            "ld.so => /lib64/ld.so (already loaded)\n"
            "libgone.so => not found\n"
            "libb.so => /opt/libb.so (LD_LIBRARY_PATH)\n");
}

TEST(LinkMapList, LeavesOutMissingFilteesOfTheRoot) {
  LinkMap map = app();
  const std::string list = render_flat(map, {});
  map.requests.push_back(request(0, "libfiltee.so", std::nullopt, FoundBy::kNotFound));
  map.requests.back().tag = elf::DT_AUXILIARY;
  EXPECT_EQ(render_flat(map, {}), list);
  map.requests.back().asker = 3;
  EXPECT_EQ(render_flat(map, {}), list + "libfiltee.so => not found\n");
}

TEST(LinkMapList, LeavesOutWhatIsDeeperOrOfTheSystem) {
  loader::LinkFilter filter;
  filter.depth = 1;
  filter.skip_system = true;
  EXPECT_EQ(render_flat(app(), {}, filter), "liba.so => /opt/liba.so (runpath)\n");
}

TEST(LinkMapList, KeepsANameOnItsLine) {
  LinkMap map = app();
  map.objects[1].name = "a\nb";
  map.objects[1].path = "/x\x1b[0m";
  EXPECT_EQ(render_flat(map, {}).substr(0, 31), "a\\nb => /x\\x1b[0m (runpath)\nlib");
}

}  // namespace
}  // namespace elfwheel::report
