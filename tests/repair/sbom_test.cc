#include "repair/sbom.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "elfwheel/base/error.h"
#include "scene.h"

namespace elfwheel::repair {
namespace {

using nlohmann::json;
using test::library;
using test::Scene;

const char kPath[] = "pkg-1.0.dist-info/sboms/elfwheel.cdx.json";

std::string sha256_text(const std::string& content) {
  const Sha256 digest = sha256(Bytes(std::string_view(content)));
  return to_hex(Bytes(digest.data(), digest.size()));
}

// pkg/a.so needs libouter.so, which a package has; that needs libinner.so, which none has.
struct Story {
  Scene scene;
  std::string inner = library({}, "libinner.so", "", "inner");
  std::string outer = library({"libinner.so"}, "libouter.so", "/opt");
  std::string inner_path = "pkg.libs/libinner-" + test::hash_of(inner) + ".so";
  std::string outer_path = "pkg.libs/libouter-" + test::hash_of(outer) + ".so";

  Story() {
    scene.add("/etc/os-release", "ID=debian\nVERSION_ID=12\n");
    scene.add("/var/lib/dpkg/status",
              "Package: libouter1\nStatus: install ok installed\nVersion: 2-1\n"
              "Architecture: amd64\n");
    scene.add("/var/lib/dpkg/info/libouter1.list", "/opt/libouter.so\n");
    scene.add("/opt/libouter.so", outer);
    scene.add("/opt/libinner.so", inner);
    scene.wheel.files["pkg/a.so"] = library({"libouter.so"}, "", "/opt");
  }
  json sbom() { return json::parse(test::read_entry(scene.repair().output_path, kPath)); }
};

TEST(Sbom, IsAboutTheWheelAndItsFilesThatNeedCopies) {
  Story story;
  const RepairReport report = story.scene.repair();
  const json sbom = json::parse(test::read_entry(report.output_path, kPath));
  EXPECT_EQ(sbom["bomFormat"], "CycloneDX");
  EXPECT_EQ(sbom["specVersion"], "1.4");
  EXPECT_FALSE(sbom.contains("serialNumber"));
  EXPECT_FALSE(sbom["metadata"].contains("timestamp"));
  EXPECT_EQ(sbom["metadata"]["tools"][0]["name"], "elfwheel");
  const json& wheel = sbom["metadata"]["component"];
  EXPECT_EQ(wheel["purl"], "pkg:pypi/pkg@1.0?file_name=" + report.plan.tags.new_file_name);
  ASSERT_EQ(wheel["components"].size(), 1U);
  EXPECT_EQ(wheel["components"][0]["name"], "pkg/a.so");
  EXPECT_EQ(wheel["components"][0]["hashes"][0]["content"],
            sha256_text(test::read_entry(report.output_path, "pkg/a.so")));
}

TEST(Sbom, HasEachCopyWithItsPackageAndTheHashesOfBothFiles) {
  Story story;
  const RepairReport report = story.scene.repair();
  const json sbom = json::parse(test::read_entry(report.output_path, kPath));
  ASSERT_EQ(sbom["components"].size(), 2U);
  const json& copy = sbom["components"][1];
  EXPECT_EQ(copy["bom-ref"], story.outer_path);
  EXPECT_EQ(copy["name"], "libouter1");
  EXPECT_EQ(copy["version"], "2-1");
  EXPECT_EQ(copy["purl"], "pkg:deb/debian/libouter1@2-1?arch=amd64&distro=debian-12");
  EXPECT_EQ(copy["hashes"][0]["content"],
            sha256_text(test::read_entry(report.output_path, story.outer_path)));
  const json& original = copy["pedigree"]["ancestors"][0];
  EXPECT_EQ(original["name"], "/opt/libouter.so");
  EXPECT_EQ(original["hashes"][0]["content"], sha256_text(story.outer));
}

TEST(Sbom, HasAFileOfNoPackageByItsHashAlone) {
  Story story;
  const json copy = story.sbom()["components"][0];
  EXPECT_EQ(copy["name"], "libinner.so");
  EXPECT_FALSE(copy.contains("version"));
  EXPECT_FALSE(copy.contains("purl"));
  EXPECT_EQ(copy["pedigree"]["ancestors"][0]["hashes"][0]["content"], sha256_text(story.inner));
}

TEST(Sbom, SaysWhichFileNeedsWhichCopy) {
  Story story;
  const json sbom = story.sbom();
  const json& all = sbom["dependencies"];
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0]["ref"], sbom["metadata"]["component"]["bom-ref"]);
  EXPECT_EQ(all[0]["dependsOn"], json::array({story.outer_path}));
  EXPECT_EQ(all[1]["ref"], "pkg/a.so");
  EXPECT_EQ(all[1]["dependsOn"], json::array({story.outer_path}));
  EXPECT_EQ(all[2], json({{"ref", story.inner_path}}));
  EXPECT_EQ(all[3]["ref"], story.outer_path);
  EXPECT_EQ(all[3]["dependsOn"], json::array({story.inner_path}));
}

TEST(Sbom, HasTheTimeThatTheBuildIsGiven) {
  Story story;
  story.scene.options.source_date_epoch = 1'700'000'000;
  EXPECT_EQ(story.sbom()["metadata"]["timestamp"], "2023-11-14T22:13:20Z");
}

TEST(Sbom, StandsInRecordAndBeforeIt) {
  Story story;
  const RepairReport report = story.scene.repair();
  EXPECT_EQ(report.plan.sbom_path, kPath);
  const auto entries = test::entries_of(report.output_path);
  EXPECT_EQ(entries[entries.size() - 2], kPath);
  const wheel::Wheel repaired = wheel::Wheel::open(report.output_path);
  EXPECT_TRUE(repaired.verify(1).empty());
  EXPECT_EQ(std::count_if(repaired.record.begin(), repaired.record.end(),
                          [](const auto& row) { return row.path == kPath; }),
            1);
}

TEST(Sbom, IsTheSameInTwoRuns) {
  Story story;
  const std::string first = test::read_entry(story.scene.repair().output_path, kPath);
  story.scene.options.audit.jobs = 1;
  EXPECT_EQ(test::read_entry(story.scene.repair().output_path, kPath), first);
}

TEST(Sbom, IsNotWrittenWhereNothingIsCopied) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({"libc.so.6"}, "", "/opt/lib");
  const RepairReport report = scene.repair();
  EXPECT_TRUE(report.written);
  EXPECT_EQ(report.plan.sbom_path, "");
  const auto entries = test::entries_of(report.output_path);
  EXPECT_EQ(std::count(entries.begin(), entries.end(), kPath), 0);
}

TEST(Sbom, OfAnEarlierRepairStays) {
  Story story;
  story.scene.wheel.files[kPath] = "{}";
  const RepairReport report = story.scene.repair();
  EXPECT_EQ(report.plan.sbom_path, "pkg-1.0.dist-info/sboms/elfwheel-2.cdx.json");
  EXPECT_EQ(test::read_entry(report.output_path, kPath), "{}");
  EXPECT_EQ(json::parse(test::read_entry(report.output_path, report.plan.sbom_path))["bomFormat"],
            "CycloneDX");
}

TEST(Sbom, HasNoPlaceWhereItsDirectoryIsAFile) {
  Story story;
  story.scene.wheel.files["pkg-1.0.dist-info/sboms"] = "{}";
  try {
    story.scene.repair();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "the wheel has a file where its directory of SBOMs belongs: "
                 "pkg-1.0.dist-info/sboms");
  }
  EXPECT_TRUE(story.scene.outputs().empty());
}

TEST(Sbom, NamesTheWheelAsPackageUrlsDo) {
  Story story;
  story.scene.wheel.distribution = "My_Pkg.x";
  story.scene.wheel.version = "1.0+cu12";
  const RepairReport report = story.scene.repair();
  const json sbom = json::parse(test::read_entry(report.output_path, report.plan.sbom_path));
  EXPECT_EQ(sbom["metadata"]["component"]["purl"].get<std::string>().substr(0, 45),
            "pkg:pypi/my-pkg-x@1.0%2Bcu12?file_name=My_Pkg");
}

TEST(Sbom, IsWrittenThoughADatabaseIsDamaged) {
  Story story;
  story.scene.add("/var/lib/rpm/rpmdb.sqlite", "SQLite format 4");
  const RepairReport report = story.scene.repair();
  EXPECT_TRUE(report.written);
  EXPECT_NE(std::find(report.notes.begin(), report.notes.end(),
                      "packages of copied libraries: /var/lib/rpm/rpmdb.sqlite: header of the "
                      "database: offset 0x0 + size 0x10 exceeds the 0xf bytes available"),
            report.notes.end());
}

}  // namespace
}  // namespace elfwheel::repair
