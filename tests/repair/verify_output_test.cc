// The last look must reject what a wrong plan makes of a wheel.
#include "repair/verify_output.h"

#include <gtest/gtest.h>

#include "repair/apply.h"
#include "scene.h"

namespace elfwheel::repair {
namespace {

using test::library;

class VerifyOutput : public testing::Test {
 protected:
  VerifyOutput() {
    scene_.add("/opt/lib/libdep.so.1", library({}, "libdep.so.1"));
    scene_.wheel.files["pkg/a.so"] = library({"libown.so"}, "", "/build");
    scene_.wheel.files["pkg/libs/libown.so"] = library({}, "libown.so");
    scene_.wheel.files["pkg-1.0.data/data/cyfes/b.so"] = library({"libdep.so.1"}, "", "/opt/lib");
  }

  // Plans, lets `spoil` have its way with the plan, applies it and looks at the result.
  template <class Spoil>
  std::string look_at(Spoil&& spoil) {
    const wheel::Wheel wheel = wheel::Wheel::open(scene_.write_wheel());
    const AuditedWheel audited = audit_with_contents(wheel, scene_.options.audit);
    const policy::TagChoice choice =
        policy::choose_tags(*audited.audit.evaluation, policy::parse_platform("auto"), false);
    RepairPlan plan =
        plan_repair(wheel, audited.audit, choice, {{std::string(64, '0')}, {}, {}}, scene_.options);
    spoil(plan);
    wheel::ArchiveWriter writer(scene_.directory() / plan.tags.new_file_name);
    const RepairedFiles files = write_repaired(wheel, audited, plan, scene_.options, writer);
    try {
      verify_output(writer.finish(), wheel, audited, plan, files, scene_.options);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  static PatchStep& patch_of(RepairPlan& plan, const std::string& path) {
    for (PatchStep& step : plan.patches)
      if (step.path == path) return step;
    throw Error(ErrorCode::kNotFound, path);
  }

  test::Scene scene_;
};

TEST_F(VerifyOutput, RightPlanPasses) {
  EXPECT_EQ(look_at([](RepairPlan&) {}), "");
}

TEST_F(VerifyOutput, WayThatLeadsNowhereIsSeen) {
  EXPECT_EQ(look_at([](RepairPlan& plan) {
              patch_of(plan, "pkg/a.so").edits.rpath = "$ORIGIN:$ORIGIN/lib";
            }),
            "pkg/a.so would not find libown.so when installed (CPython 3.11 (lib))");
}

TEST_F(VerifyOutput, WayThatOneLayoutLacksIsSeen) {
  EXPECT_EQ(look_at([](RepairPlan& plan) {
              patch_of(plan, "pkg-1.0.data/data/cyfes/b.so").edits.rpath =
                  "$ORIGIN/../lib/python3.11/site-packages/pkg.libs";
            }),
            "pkg-1.0.data/data/cyfes/b.so would not find libdep-00000000.so.1 when installed "
            "(CPython 3.11 (lib64))");
}

TEST_F(VerifyOutput, NameThatWasNotReplacedIsSeen) {
  EXPECT_EQ(look_at([](RepairPlan& plan) {
              patch_of(plan, "pkg-1.0.data/data/cyfes/b.so").edits.replace_needed.clear();
            }),
            "pkg-1.0.data/data/cyfes/b.so would not find libdep.so.1 when installed (CPython 3.11 "
            "(lib))");
}

TEST_F(VerifyOutput, WrongTwinIsSeen) {
  scene_.wheel.files["pkg/libown.so"] = library({}, "libown.so", "", "another");
  scene_.wheel.files["pkg/a.so"] = library({"libown.so"}, "", "/build:$ORIGIN/libs");
  EXPECT_EQ(look_at([](RepairPlan& plan) { patch_of(plan, "pkg/a.so").edits.rpath = "$ORIGIN"; }),
            "pkg/a.so would find libown.so in "
            "<prefix>/lib/python3.11/site-packages/pkg/libown.so when installed (CPython 3.11 "
            "(lib)), which is not meant");
}

}  // namespace
}  // namespace elfwheel::repair
