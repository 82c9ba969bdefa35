// Who answers to a DT_NEEDED name when several could.
#include <gtest/gtest.h>

#include "scene.h"

namespace elfwheel::repair {
namespace {

using test::library;
using test::Scene;
using Texts = std::vector<std::string>;

WheelAudit audit(Scene& scene) {
  return audit_wheel(wheel::Wheel::open(scene.write_wheel()), scene.options.audit);
}

const AuditedMember& member(const WheelAudit& audit, const std::string& path) {
  for (const AuditedMember& each : audit.members)
    if (each.path == path) return each;
  throw Error(ErrorCode::kNotFound, path);
}

// "kind: answer" of the first need of a file.
std::string supplier(const WheelAudit& audit, const std::string& path) {
  const Need& need = member(audit, path).needs.at(0);
  switch (need.kind) {
    case SupplierKind::kMember:
      return "member: " + audit.members[need.index].path;
    case SupplierKind::kOutside:
      return "outside: " + audit.libraries[need.index].path;
    case SupplierKind::kProvided:
      return "provided: " + audit.provided[need.index].path;
    case SupplierKind::kSystem:
      return "system";
    case SupplierKind::kExcluded:
      return "excluded";
    case SupplierKind::kPython:
      return "python";
    case SupplierKind::kMissing:
      break;
  }
  return "missing";
}

TEST(Suppliers, TheLoadersChoiceAmongTwinsCounts) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({"libx.so"}, "", "$ORIGIN/far/away");
  scene.wheel.files["pkg/far/away/libx.so"] = library({}, "libx.so", "", "far");
  scene.wheel.files["pkg/libx.so"] = library({}, "libx.so", "", "near");
  EXPECT_EQ(supplier(audit(scene), "pkg/a.so"), "member: pkg/far/away/libx.so");
}

TEST(Suppliers, TheWayThatOneSchemeHasCountsToo) {
  Scene scene;
  // Right for `pip install --target` alone.
  scene.wheel.files["pkg/a.so"] = library({"libx.so"}, "", "$ORIGIN/../share");
  scene.wheel.files["pkg-1.0.data/data/share/libx.so"] = library({}, "libx.so", "", "far");
  scene.wheel.files["pkg/libx.so"] = library({}, "libx.so", "", "near");
  EXPECT_EQ(supplier(audit(scene), "pkg/a.so"), "member: pkg-1.0.data/data/share/libx.so");
}

TEST(Suppliers, TheNearestTwinIsMeant) {
  Scene scene;
  scene.wheel.files["pkg/one/a.so"] = library({"libx.so"});
  scene.wheel.files["pkg/one/libx.so"] = library({}, "libx.so", "", "one");
  scene.wheel.files["pkg/two/libx.so"] = library({}, "libx.so", "", "two");
  EXPECT_EQ(supplier(audit(scene), "pkg/one/a.so"), "member: pkg/one/libx.so");
}

TEST(Suppliers, EqualTwinsAreAllRight) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({"libx.so"});
  scene.wheel.files["pkg/one/libx.so"] = library({}, "libx.so");
  scene.wheel.files["pkg/two/libx.so"] = library({}, "libx.so");
  const WheelAudit result = audit(scene);
  EXPECT_EQ(supplier(result, "pkg/a.so"), "member: pkg/one/libx.so");
  EXPECT_TRUE(result.refusals.empty());
}

TEST(Suppliers, TwinsThatNothingTellsApartAreRefused) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({"libx.so"});
  scene.wheel.files["pkg/one/libx.so"] = library({}, "libx.so", "", "one");
  scene.wheel.files["pkg/two/libx.so"] = library({}, "libx.so", "", "two");
  EXPECT_EQ(audit(scene).refusals,
            Texts{"pkg/a.so needs libx.so, which may be pkg/one/libx.so or pkg/two/libx.so: give "
                  "the file a $ORIGIN rpath to the right one"});
  scene.options.audit.excludes = {"libx.so"};
  EXPECT_TRUE(audit(scene).refusals.empty());
}

TEST(Suppliers, FileNameGoesBeforeSoname) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({"libx.so"});
  scene.wheel.files["pkg/libother.so"] = library({}, "libx.so");
  scene.wheel.files["deep/down/libx.so"] = library({}, "libx.so.1");
  EXPECT_EQ(supplier(audit(scene), "pkg/a.so"), "member: deep/down/libx.so");
}

TEST(Suppliers, FileDoesNotAnswerToItself) {
  Scene scene;
  scene.add("/usr/lib/libx.so", library({}, "libx.so"));
  scene.wheel.files["pkg/libx.so"] = library({"libx.so"});
  EXPECT_EQ(supplier(audit(scene), "pkg/libx.so"), "outside: /usr/lib/libx.so");
}

TEST(Suppliers, SystemLibraryIsNotReplacedByAFileInACorner) {
  Scene scene;
  scene.add("/usr/lib/libz.so.1", library({}, "libz.so.1"));
  scene.wheel.files["pkg/a.so"] = library({"libz.so.1"});
  scene.wheel.files["pkg/plugin/libz.so.1"] = library({}, "libz.so.1");
  EXPECT_EQ(supplier(audit(scene), "pkg/a.so"), "system");
}

TEST(Suppliers, CopyInLdLibraryPathDoesNotReplaceTheWheelsOwn) {
  Scene scene;
  scene.add("/env/libx.so", library({}, "libx.so"));
  scene.options.audit.environment.library_path = "/env";
  scene.wheel.files["pkg/a.so"] = library({"libx.so"}, "", "$ORIGIN");
  scene.wheel.files["pkg/libx.so"] = library({}, "libx.so");
  EXPECT_EQ(supplier(audit(scene), "pkg/a.so"), "member: pkg/libx.so");
}

TEST(Suppliers, LibraryOutsideMayNeedAFileOfTheWheel) {
  Scene scene;
  scene.add("/opt/libplugin.so", library({"libhost.so"}, "libplugin.so"));
  scene.wheel.files["pkg/a.so"] = library({"libplugin.so"}, "", "/opt");
  scene.wheel.files["pkg/libhost.so"] = library({}, "libhost.so");
  const RepairReport report = scene.repair();
  ASSERT_EQ(report.plan.grafts.size(), 1U);
  EXPECT_EQ(report.plan.grafts[0].new_rpath, "$ORIGIN:$ORIGIN/../pkg");
}

TEST(Suppliers, RpathOfTheWheelsFileIsInheritedByLibrariesOutside) {
  Scene scene;
  scene.add("/opt/a/libouter.so", library({"libinner.so"}, "libouter.so"));
  scene.add("/opt/b/libinner.so", library({}, "libinner.so"));
  test::ElfSpec extension;
  extension.needed = {"libouter.so"};
  extension.rpath = "/opt/a:/opt/b";
  scene.wheel.files["pkg/a.so"] = test::elf_text(extension);
  const WheelAudit result = audit(scene);
  ASSERT_EQ(result.libraries.size(), 2U);
  EXPECT_EQ(result.libraries[1].path, "/opt/b/libinner.so");
}

TEST(Suppliers, BrokenLibraryOutsideIsMissingWithItsReason) {
  Scene scene;
  scene.add("/opt/lib/libx.so", "short");
  scene.wheel.files["pkg/a.so"] = library({"libx.so"}, "", "/opt/lib");
  EXPECT_EQ(scene.repair().reasons, Texts{"libx.so, needed by pkg/a.so, cannot be found "
                                          "(/opt/lib/libx.so: file too short): searched /opt/lib"});
}

}  // namespace
}  // namespace elfwheel::repair
