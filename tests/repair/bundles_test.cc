#include "repair/bundles.h"

#include <gtest/gtest.h>

#include "repair/left_outside.h"
#include "scene.h"

namespace elfwheel::repair {
namespace {

using test::library;
using test::Scene;
using Texts = std::vector<std::string>;

Scene& with_libz(Scene& scene) {
  scene.add("/usr/lib/libz.so.1", library({"libc.so.6"}, "libz.so.1"));
  scene.wheel.files["pkg/a.so"] = library({"libz.so.1", "libc.so.6"});
  return scene;
}

Texts names_of(const std::vector<OutsideStep>& steps) {
  Texts names;
  for (const OutsideStep& step : steps) names.push_back(step.name);
  return names;
}

TEST(Bundles, WhatThePolicyAllowsStaysOutsideUnasked) {
  Scene scene;
  const RepairReport report = with_libz(scene).repair();
  EXPECT_TRUE(report.plan.grafts.empty());
  EXPECT_EQ(names_of(report.plan.left_outside), Texts{"libz.so.1"});
  EXPECT_EQ(report.plan.left_outside.at(0).users, Texts{"pkg/a.so"});
}

TEST(Bundles, WhatIsAskedForIsCopiedInUnderEveryPolicy) {
  Scene scene;
  with_libz(scene).options.audit.bundles = {"libz.*"};
  const RepairReport report = scene.repair();
  ASSERT_EQ(report.plan.grafts.size(), 1U);
  EXPECT_EQ(report.plan.grafts[0].source, "/usr/lib/libz.so.1");
  EXPECT_TRUE(report.plan.left_outside.empty());
  EXPECT_EQ(report.plan.tags.policy, "manylinux_2_5_x86_64");
}

TEST(Bundles, LibcIsNeverCopiedIn) {
  Scene scene;
  with_libz(scene).options.audit.bundles = {"*"};
  const RepairReport report = scene.repair();
  EXPECT_EQ(report.plan.grafts.size(), 1U);
  for (const char* const name : {"libc.so.6", "libm.so.6", "libc.musl-x86_64.so.1"})
    EXPECT_TRUE(belongs_to_libc(name)) << name;
  EXPECT_FALSE(belongs_to_libc("libcap.so.2"));
}

TEST(Bundles, ALibraryThatIsNotFoundIsMissed) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({"libz.so.1", "libc.so.6"});
  scene.options.audit.bundles = {"libz.so.1"};
  const RepairReport report = scene.repair();
  EXPECT_FALSE(report.repairable);
  ASSERT_EQ(report.reasons.size(), 1U);
  EXPECT_TRUE(report.reasons[0].starts_with("libz.so.1, needed by pkg/a.so, cannot be found"));
}

std::string doubt(const std::string& path, const std::string& name) {
  OutsideLibrary library;
  library.path = path;
  return doubt_about(library, name);
}

TEST(DoubtAboutALibrary, IsToldWhereItsNameIsAnother) {
  EXPECT_EQ(doubt("/usr/lib/libgomp.so.1.0.0.debug", "libgomp.so.1"),
            "/usr/lib/libgomp.so.1.0.0.debug stands for libgomp.so.1, by a link, and is called "
            "otherwise: is it the right file?");
  EXPECT_NE(doubt("/usr/lib/libopenblas.so.0", "libblas.so.3"), "");
}

TEST(DoubtAboutALibrary, IsNotToldOfLongerNames) {
  for (const auto& [path, name] : std::vector<std::pair<std::string, std::string>>{
           {"/usr/lib/libgomp.so.1.0.0", "libgomp.so.1"},
           {"/usr/lib/libm-2.31.so", "libm.so.6"},
           {"/usr/lib/libyaml-0.so.2.0.9", "libyaml-0.so.2"},
           {"/usr/lib/libplain", "libplain"},
           {"/opt/x/libf.so", "/opt/x/libf.so"}})
    EXPECT_EQ(doubt(path, name), "");
}

TEST(DoubtAboutALibrary, StandsInTheNotes) {
  Scene scene;
  scene.add("/usr/lib/liby.so.2", library({"libc.so.6"}, "liby.so.2"));
  scene.link("/usr/lib/libx.so.1", "liby.so.2");
  scene.wheel.files["pkg/a.so"] = library({"libx.so.1", "libc.so.6"});
  const RepairReport report = scene.repair();
  EXPECT_EQ(report.notes, Texts{"/usr/lib/liby.so.2 stands for libx.so.1, by a link, and is called "
                                "otherwise: is it the right file?"});
}

}  // namespace
}  // namespace elfwheel::repair
