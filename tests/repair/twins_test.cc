#include <gtest/gtest.h>

#include "scene.h"

namespace elfwheel::repair {
namespace {

using test::dynamic_of;
using test::library;
using test::Scene;
using Texts = std::vector<std::string>;

// pkg/a.so and pkg/b.so need libq under two names, which are two files.
Scene& with_two_names(Scene& scene, const std::string& first, const std::string& second) {
  scene.wheel.files["pkg/libq.so"] = first;
  scene.wheel.files["pkg/libq.so.1"] = second;
  scene.wheel.files["pkg/a.so"] = library({"libq.so"}, "", "$ORIGIN");
  scene.wheel.files["pkg/b.so"] = library({"libq.so.1"}, "", "$ORIGIN");
  return scene;
}

std::string name_needed_by(const RepairReport& report, const std::string& user) {
  return dynamic_of(report.output_path, user).needed.at(0);
}

TEST(Twins, AllUseTheFileThatIsCalledLikeItsSoname) {
  Scene scene;
  const std::string q = library({"libc.so.6"}, "libq.so.1");
  const RepairReport report = with_two_names(scene, q, q).repair();
  EXPECT_EQ(name_needed_by(report, "pkg/a.so"), "libq.so.1");
  EXPECT_EQ(name_needed_by(report, "pkg/b.so"), "libq.so.1");
  EXPECT_EQ(report.notes,
            Texts{"pkg/libq.so has the content of pkg/libq.so.1, and those that need it use that "
                  "now"});
  // Whoever opens it by its path still can.
  EXPECT_EQ(test::read_entry(report.output_path, "pkg/libq.so"), q);
}

TEST(Twins, WithoutASonameTheOneThatIsNeededMostServesAll) {
  Scene scene;
  const std::string q = library({"libc.so.6"});
  with_two_names(scene, q, q).wheel.files["pkg/c.so"] = library({"libq.so"}, "", "$ORIGIN");
  const RepairReport report = scene.repair();
  for (const char* const user : {"pkg/a.so", "pkg/b.so", "pkg/c.so"})
    EXPECT_EQ(name_needed_by(report, user), "libq.so");
}

TEST(Twins, OfDifferentContentAreTwoLibraries) {
  Scene scene;
  const RepairReport report =
      with_two_names(scene, library({"libc.so.6"}, "libq.so.1"), library({}, "libq.so.1")).repair();
  EXPECT_EQ(name_needed_by(report, "pkg/a.so"), "libq.so");
  EXPECT_EQ(name_needed_by(report, "pkg/b.so"), "libq.so.1");
  EXPECT_TRUE(report.notes.empty());
}

TEST(Twins, ThatFindDifferentFilesAreTwoLibraries) {
  Scene scene;
  const std::string q = library({"libr.so"}, "", "$ORIGIN");
  scene.wheel.files["pkg/x/libq.so"] = scene.wheel.files["pkg/y/libq.so.1"] = q;
  scene.wheel.files["pkg/x/libr.so"] = library({"libc.so.6"}, "libr.so");
  scene.wheel.files["pkg/y/libr.so"] = library({}, "libr.so");
  scene.wheel.files["pkg/a.so"] = library({"libq.so"}, "", "$ORIGIN/x");
  scene.wheel.files["pkg/b.so"] = library({"libq.so.1"}, "", "$ORIGIN/y");
  const RepairReport report = scene.repair();
  EXPECT_EQ(name_needed_by(report, "pkg/a.so"), "libq.so");
  EXPECT_EQ(name_needed_by(report, "pkg/b.so"), "libq.so.1");
}

TEST(Twins, ThatAreNeededUnderOneNameKeepTheirBytes) {
  Scene scene;
  const std::string q = library({"libc.so.6"}, "libq.so.1");
  scene.wheel.files["pkg/x/libq.so.1"] = scene.wheel.files["pkg/y/libq.so.1"] = q;
  scene.wheel.files["pkg/x/a.so"] = scene.wheel.files["pkg/y/b.so"] =
      library({"libq.so.1"}, "", "$ORIGIN");
  EXPECT_TRUE(scene.repair().plan.patches.empty());
}

TEST(Twins, OneThatNobodyNeedsChangesNothing) {
  Scene scene;
  const std::string q = library({"libc.so.6"}, "libq.so.1");
  scene.wheel.files["pkg/libq.so"] = scene.wheel.files["pkg/libq.so.1"] = q;
  scene.wheel.files["pkg/b.so"] = library({"libq.so.1"}, "", "$ORIGIN");
  EXPECT_TRUE(scene.repair().plan.patches.empty());
}

}  // namespace
}  // namespace elfwheel::repair
