#include "elfwheel/report/repair_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace elfwheel::report {
namespace {

using repair::GraftStep;
using repair::PatchStep;
using repair::RepairReport;

RepairReport repaired() {
  RepairReport report;
  report.input_path = "in/p-1.whl";
  report.repairable = true;
  report.written = true;
  report.output_path = "out/p-1.whl";
  report.input_size = 100;
  report.output_size = 300;
  report.copied_entries = 4;
  report.plan.library_directory = "p.libs";
  GraftStep graft;
  graft.name = "libx-01234567.so.1";
  graft.path = "p.libs/libx-01234567.so.1";
  graft.source = "/usr/lib/libx.so.1";
  graft.sha256 = "0123456789";
  graft.names = {"libx.so.1"};
  graft.size = 200;
  graft.users = {"p/_x.so"};
  graft.edits.soname = graft.name;
  graft.reason = "no policy allows libx.so.1 outside";
  report.plan.grafts = {graft};
  PatchStep patch;
  patch.path = "p/_x.so";
  patch.old_rpath = "/build/lib";
  patch.new_rpath = "$ORIGIN:$ORIGIN/../p.libs";
  patch.edits.rpath = patch.new_rpath;
  patch.edits.replace_needed = {{"libx.so.1", graft.name}};
  patch.reasons = {"needs a copied library"};
  report.plan.patches = {patch};
  report.plan.tags.policy = "manylinux_2_17_x86_64";
  report.plan.tags.old_tags = {"cp311-cp311-linux_x86_64"};
  report.plan.tags.new_tags = {"cp311-cp311-manylinux_2_17_x86_64"};
  return report;
}

TEST(RepairText, TellsWhatWasCopiedPatchedAndTagged) {
  EXPECT_EQ(render_repair(repaired(), false, {}),
            "in/p-1.whl\n"
            "Copied into p.libs\n"
            "  libx-01234567.so.1 (200 bytes)\n"
            "      from /usr/lib/libx.so.1\n"
            "      needed by p/_x.so\n"
            "Patched\n"
            "  p/_x.so\n"
            "      rpath /build/lib\n"
            "         -> $ORIGIN:$ORIGIN/../p.libs\n"
            "Tags\n"
            "      cp311-cp311-linux_x86_64\n"
            "   -> cp311-cp311-manylinux_2_17_x86_64\n"
            "Wrote out/p-1.whl (300 bytes; the input has 100)\n");
}

TEST(RepairText, TellsWhosePackageACopyIsFrom) {
  RepairReport report = repaired();
  report.plan.grafts[0].package = repair::Package{"libx1", "1.2-3", "pkg:deb/debian/libx1@1.2-3"};
  report.plan.sbom_path = "p-1.dist-info/sboms/elfwheel.cdx.json";
  const std::string text = render_repair(report, true, {});
  EXPECT_NE(text.find("      from /usr/lib/libx.so.1 (libx1 1.2-3)\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Bill of materials: p-1.dist-info/sboms/elfwheel.cdx.json\n"),
            std::string::npos)
      << text;
}

TEST(RepairText, TellsWhyWhenAsked) {
  const std::string text = render_repair(repaired(), true, {});
  EXPECT_NE(text.find("      because no policy allows libx.so.1 outside\n"
                      "      soname libx-01234567.so.1\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("      needs libx-01234567.so.1 instead of libx.so.1\n"
                      "      because needs a copied library\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("4 entries were copied as they are\n"), std::string::npos) << text;
}

TEST(RepairText, ADryRunSaysWhatItWouldWrite) {
  RepairReport report = repaired();
  report.written = false;
  const std::string text = render_repair(report, false, {});
  EXPECT_NE(text.find("Would write out/p-1.whl\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("Wrote"), std::string::npos) << text;
}

TEST(RepairJson, CarriesThePlan) {
  const Json json = repair_json(repaired());
  EXPECT_EQ(json["output"], "out/p-1.whl");
  EXPECT_EQ(json["grafts"][0]["needed_by"].dump(), R"(["p/_x.so"])");
  EXPECT_EQ(json["grafts"][0]["edits"].dump(), R"({"soname":"libx-01234567.so.1"})");
  EXPECT_EQ(json["patches"][0]["edits"].dump(),
            R"({"replace_needed":{"libx.so.1":"libx-01234567.so.1"},)"
            R"("rpath":"$ORIGIN:$ORIGIN/../p.libs"})");
  EXPECT_EQ(json["tags"]["policy"], "manylinux_2_17_x86_64");
}

TEST(RepairJson, HasThePackageOfACopyAndTheBillOfMaterials) {
  RepairReport report = repaired();
  EXPECT_TRUE(repair_json(report)["grafts"][0]["package"].is_null());
  EXPECT_TRUE(repair_json(report)["sbom"].is_null());
  report.plan.grafts[0].package = repair::Package{"libx1", "1.2-3", "pkg:deb/debian/libx1@1.2-3"};
  report.plan.sbom_path = "p-1.dist-info/sboms/elfwheel.cdx.json";
  const Json json = repair_json(report);
  EXPECT_EQ(json["grafts"][0]["package"].dump(),
            R"({"name":"libx1","version":"1.2-3","purl":"pkg:deb/debian/libx1@1.2-3"})");
  EXPECT_EQ(json["sbom"], "p-1.dist-info/sboms/elfwheel.cdx.json");
}

TEST(RepairJson, AWheelThatCanNotBeRepairedHasReasonsAndNoPlan) {
  RepairReport report;
  report.input_path = "p.whl";
  report.reasons = {"libx.so.1 is missing"};
  const Json json = repair_json(report);
  EXPECT_EQ(json["repairable"], false);
  EXPECT_TRUE(json["output"].is_null());
  EXPECT_EQ(json["reasons"].dump(), R"(["libx.so.1 is missing"])");
  EXPECT_FALSE(json.contains("grafts"));
}

}  // namespace
}  // namespace elfwheel::report
