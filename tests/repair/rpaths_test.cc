#include "repair/rpaths.h"

#include <gtest/gtest.h>

#include "scene.h"

namespace elfwheel::repair {
namespace {

constexpr std::string_view kSite =
    "/.elfwheel/installed/environment/lib/python3.11/site-packages/pkg";

RpathEntry entry(const std::string& text) { return parse_search_path(text).at(0); }

TEST(SearchPath, EntriesKeepTheirTextAndOrder) {
  const auto entries = parse_search_path("$ORIGIN/../x::/opt/lib");
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].text, "$ORIGIN/../x");
  EXPECT_EQ(entries[1].text, "");
  EXPECT_EQ(entries[2].text, "/opt/lib");
  EXPECT_TRUE(parse_search_path("").empty());
}

TEST(SearchPath, OnlyOriginMakesAnEntryRelative) {
  EXPECT_TRUE(entry("$ORIGIN").relative);
  EXPECT_TRUE(entry("${ORIGIN}/../lib").relative);
  EXPECT_FALSE(entry("$ORIGINAL/lib").relative);
  EXPECT_FALSE(entry("lib").relative);
  EXPECT_FALSE(entry("$ORIGIN/../$LIB").relative);
  EXPECT_FALSE(entry("/opt/$ORIGIN").relative);
}

TEST(SearchPath, SpellingsOfOnePlaceAreOne) {
  EXPECT_EQ(entry("${ORIGIN}/./../pkg.libs/").canonical(), "$ORIGIN/../pkg.libs");
  EXPECT_EQ(entry("$ORIGIN/").canonical(), "$ORIGIN");
  EXPECT_EQ(entry("$ORIGIN//x").canonical(), "$ORIGIN/x");
}

TEST(EntryDirectory, IsWhereTheFileLies) {
  EXPECT_EQ(entry_directory(entry("$ORIGIN"), std::string(kSite)), kSite);
  EXPECT_EQ(entry_directory(entry("$ORIGIN/../../../../cyfes"), std::string(kSite)),
            "/.elfwheel/installed/environment/cyfes");
}

TEST(EntryDirectory, NothingOutsideTheEnvironment) {
  EXPECT_EQ(entry_directory(entry("/opt/lib"), std::string(kSite)), std::nullopt);
  EXPECT_EQ(entry_directory(entry("$ORIGIN/../../../../../usr/lib"), std::string(kSite)),
            std::nullopt);
  // Out and in again works for one name of the environment alone.
  EXPECT_EQ(entry_directory(entry("$ORIGIN/../../../../../environment/lib"), std::string(kSite)),
            std::nullopt);
}

class RpathPlan : public testing::Test {
 protected:
  // Lays out a wheel with these files for CPython 3.11.
  PlannedRpath plan(const std::vector<std::string>& files, RpathWish wish) {
    for (const std::string& file : files) scene_.wheel.files[file] = "x";
    const wheel::Wheel wheel = wheel::Wheel::open(scene_.write_wheel());
    return plan_rpath(wish, distinct_layouts(wheel, {}, false));
  }
  test::Scene scene_;
};

TEST_F(RpathPlan, FileInSitePackagesHasOneWay) {
  EXPECT_EQ(plan({"pkg/a.so"}, {"pkg/a.so", {"pkg.libs/libx.so"}, {}, false}).text,
            "$ORIGIN:$ORIGIN/../pkg.libs");
}

TEST_F(RpathPlan, FileInThePrefixHasOneWayForEachScheme) {
  EXPECT_EQ(plan({"pkg-1.0.data/data/deep/a.so"},
                 {"pkg-1.0.data/data/deep/a.so", {"pkg.libs/libx.so"}, {}, false})
                .text,
            "$ORIGIN:$ORIGIN/../lib/python3.11/site-packages/pkg.libs"
            ":$ORIGIN/../lib64/python3.11/site-packages/pkg.libs"
            ":$ORIGIN/../lib/python3.11/dist-packages/pkg.libs"
            ":$ORIGIN/../pkg.libs");
}

TEST_F(RpathPlan, ExtensionFindsTheLibraryInThePrefix) {
  EXPECT_EQ(plan({"cyfes/wrapper.so", "pkg-1.0.data/data/share/libcufes.so"},
                 {"cyfes/wrapper.so", {"pkg-1.0.data/data/share/libcufes.so"}, {}, false})
                .text,
            "$ORIGIN:$ORIGIN/../../../../share:$ORIGIN/../share");
}

TEST_F(RpathPlan, ScriptStartsFromBin) {
  EXPECT_EQ(plan({"pkg-1.0.data/scripts/tool"},
                 {"pkg-1.0.data/scripts/tool", {"pkg.libs/libx.so"}, {}, false})
                .text,
            "$ORIGIN:$ORIGIN/../lib/python3.11/site-packages/pkg.libs"
            ":$ORIGIN/../lib64/python3.11/site-packages/pkg.libs"
            ":$ORIGIN/../lib/python3.11/dist-packages/pkg.libs"
            ":$ORIGIN/../pkg.libs");
}

TEST_F(RpathPlan, OldEntriesStayWhenTheyLeadIntoTheWheel) {
  const PlannedRpath planned =
      plan({"pkg/a.so", "pkg/sub/b.so"},
           {"pkg/a.so",
            {"pkg.libs/libx.so"},
            parse_search_path("${ORIGIN}/sub:/opt/lib::$ORIGIN/../nothing:$ORIGIN/../pkg.libs/:"
                              "$ORIGIN/../../../../../../usr/lib:lib"),
            false});
  EXPECT_EQ(planned.text, "$ORIGIN:$ORIGIN/../pkg.libs:${ORIGIN}/sub");
  const std::vector<std::pair<std::string, std::string>> dropped = {
      {"/opt/lib", "an absolute directory of the build machine"},
      {"", "an empty entry means the current directory"},
      {"$ORIGIN/../nothing", "leads to no file of this wheel"},
      {"$ORIGIN/../../../../../../usr/lib", "leads out of the environment"},
      {"lib", "not relative to $ORIGIN alone"},
  };
  EXPECT_EQ(planned.dropped, dropped);
}

TEST_F(RpathPlan, ValidEntriesStayInTheirOrder) {
  EXPECT_EQ(plan({"pkg/a.so", "pkg/x/b.so", "pkg/y/c.so", "other/d.so"},
                 {"pkg/a.so",
                  {"pkg.libs/libx.so"},
                  parse_search_path("$ORIGIN/y:/opt:$ORIGIN/../other:$ORIGIN/x"),
                  false})
                .text,
            "$ORIGIN:$ORIGIN/../pkg.libs:$ORIGIN/y:$ORIGIN/../other:$ORIGIN/x");
}

TEST_F(RpathPlan, EntriesThatAreToBeKeptStayAmongTheOthers) {
  const PlannedRpath planned = plan(
      {"pkg/a.so", "pkg/sub/b.so"},
      {"pkg/a.so",
       {"pkg.libs/libx.so"},
       parse_search_path("/opt/rocm/lib:$ORIGIN/sub:/opt/other:$ORIGIN/../../../../../share/x"),
       false,
       {"/opt/rocm/*", "*/share/?"}});
  EXPECT_EQ(planned.text,
            "$ORIGIN:$ORIGIN/../pkg.libs:/opt/rocm/lib:$ORIGIN/sub:$ORIGIN/../../../../../share/x");
  using Reasons = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(planned.dropped,
            (Reasons{{"/opt/other", "an absolute directory of the build machine"}}));
  EXPECT_EQ(planned.kept,
            (Reasons{{"/opt/rocm/lib", "an absolute directory of the build machine"},
                     {"$ORIGIN/../../../../../share/x", "leads out of the environment"}}));
}

TEST_F(RpathPlan, RelativeEntriesStayForLibrariesOfOtherPackages) {
  EXPECT_EQ(
      plan({"pkg/a.so"}, {"pkg/a.so", {}, parse_search_path("$ORIGIN/../openblas/lib:/opt"), true})
          .text,
      "$ORIGIN:$ORIGIN/../openblas/lib");
}

TEST_F(RpathPlan, NothingIsLeftWhenNothingIsNeeded) {
  EXPECT_EQ(plan({"pkg/a.so"}, {"pkg/a.so", {}, parse_search_path("/opt/lib"), false}).text, "");
}

}  // namespace
}  // namespace elfwheel::repair
