// Copied libraries that keep their names: RepairOptions::kept_names.
#include <gtest/gtest.h>

#include "scene.h"

namespace elfwheel::repair {
namespace {

using test::dynamic_of;
using test::library;
using test::Scene;
using Texts = std::vector<std::string>;

// A machine with libdep.so.1, a link to libdep.so.1.2.3, and a wheel that needs it.
class KeptNames : public testing::Test {
 protected:
  KeptNames() {
    scene_.add("/opt/lib/libdep.so.1.2.3", library({"libinner.so"}, "libdep.so.1", "/opt/lib"));
    scene_.link("/opt/lib/libdep.so.1", "libdep.so.1.2.3");
    scene_.add("/opt/lib/libinner.so", inner_);
    scene_.wheel.files["pkg/a.so"] = library({"libdep.so.1"}, "", "/opt/lib");
  }

  std::string error() {
    try {
      scene_.repair();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  const std::string inner_ = library({}, "libinner.so");
  const std::string inner_name_ = "libinner-" + test::hash_of(inner_) + ".so";
  Scene scene_;
};

TEST_F(KeptNames, CopyHasTheNameItIsNeededByAndItsSoname) {
  scene_.options.kept_names = {"libd*"};
  const RepairReport report = scene_.repair();
  ASSERT_TRUE(report.written);
  const auto user = dynamic_of(report.output_path, "pkg/a.so");
  EXPECT_EQ(user.needed, Texts{"libdep.so.1"});
  EXPECT_EQ(user.rpath, "$ORIGIN:$ORIGIN/../pkg.libs");
  const auto copy = dynamic_of(report.output_path, "pkg.libs/libdep.so.1");
  EXPECT_EQ(copy.soname, "libdep.so.1");
  EXPECT_EQ(copy.needed, Texts{inner_name_});
  EXPECT_EQ(copy.rpath, "$ORIGIN");
}

TEST_F(KeptNames, OtherLibrariesGetTheirHash) {
  scene_.options.kept_names = {"libinner.so"};
  const RepairReport report = scene_.repair();
  ASSERT_EQ(report.plan.grafts.size(), 2U);
  EXPECT_TRUE(report.plan.grafts[0].name.starts_with("libdep-"));
  EXPECT_FALSE(report.plan.grafts[0].keeps_name);
  EXPECT_EQ(report.plan.grafts[1].path, "pkg.libs/libinner.so");
  EXPECT_TRUE(report.plan.grafts[1].keeps_name);
  EXPECT_FALSE(report.plan.grafts[1].edits.soname);
}

TEST_F(KeptNames, OfTwoNamesTheSonameIsKeptAndTheOtherReplaced) {
  scene_.link("/opt/lib/libdep.so", "libdep.so.1.2.3");
  scene_.wheel.files["pkg/b.so"] = library({"libdep.so"}, "", "/opt/lib");
  scene_.options.kept_names = {"libdep*"};
  const RepairReport report = scene_.repair();
  EXPECT_EQ(dynamic_of(report.output_path, "pkg/a.so").needed, Texts{"libdep.so.1"});
  EXPECT_EQ(dynamic_of(report.output_path, "pkg/b.so").needed, Texts{"libdep.so.1"});
}

TEST_F(KeptNames, LibraryWithoutSonameGetsNone) {
  scene_.add("/opt/lib/libplain.so", library({}));
  scene_.wheel.files["pkg/a.so"] = library({"libplain.so"}, "", "/opt/lib");
  scene_.options.kept_names = {"libplain.so"};
  const RepairReport report = scene_.repair();
  EXPECT_EQ(dynamic_of(report.output_path, "pkg.libs/libplain.so").soname, "");
}

TEST_F(KeptNames, OneContentUnderOneNameInTwoPlacesIsCopiedOnce) {
  scene_.add("/opt/other/libinner.so", inner_);
  scene_.wheel.files["pkg/b.so"] = library({"libinner.so"}, "", "/opt/other");
  scene_.options.kept_names = {"libinner.so"};
  const RepairReport report = scene_.repair();
  EXPECT_TRUE(report.written);
  EXPECT_EQ(report.plan.grafts.size(), 2U);
}

TEST_F(KeptNames, TwoContentsUnderOneNameAreRefused) {
  scene_.add("/opt/other/libinner.so", library({}, "libinner.so", "", "other"));
  scene_.wheel.files["pkg/b.so"] = library({"libinner.so"}, "", "/opt/other");
  scene_.options.kept_names = {"libinner.so"};
  EXPECT_EQ(error(),
            "/opt/other/libinner.so and /opt/lib/libinner.so differ, and would both be copied in "
            "as pkg.libs/libinner.so");
  EXPECT_TRUE(scene_.outputs().empty());
}

TEST_F(KeptNames, FileOfTheWheelInItsPlaceIsRefused) {
  scene_.wheel.files["pkg.libs/libdep.so.1"] = "no library\n";
  scene_.options.kept_names = {"libdep.so.1"};
  EXPECT_EQ(error(),
            "the wheel has a file where /opt/lib/libdep.so.1.2.3 belongs: pkg.libs/libdep.so.1");
}

TEST_F(KeptNames, RepairedWheelIsLeftAsItIsTheNextTime) {
  scene_.options.kept_names = {"*"};
  const RepairReport first = scene_.repair();
  RepairOptions again = scene_.options;
  again.output_directory = scene_.directory() / "again";
  EXPECT_TRUE(repair_wheel(first.output_path, again).plan.empty());
}

}  // namespace
}  // namespace elfwheel::repair
