#include "elfwheel/repair/repair.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "scene.h"

namespace elfwheel::repair {
namespace {

using test::dynamic_of;
using test::library;
using test::Scene;
using Texts = std::vector<std::string>;

const char kRepaired[] = "pkg-1.0-cp311-cp311-manylinux1_x86_64.manylinux_2_5_x86_64.whl";

// A wheel with pkg/a.so, which needs libdep.so.1 of the build machine.
Scene& with_dependency(Scene& scene) {
  scene.add("/opt/lib/libdep.so.1", library({"libc.so.6"}, "libdep.so.1"));
  scene.wheel.files["pkg/a.so"] = library({"libdep.so.1", "libc.so.6"}, "", "/opt/lib");
  return scene;
}

std::string error_of(Scene& scene) {
  try {
    scene.repair();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Repair, OutsideLibraryIsCopiedInUnderANameWithItsHash) {
  Scene scene;
  const std::string dependency = library({"libc.so.6"}, "libdep.so.1");
  scene.add("/opt/lib/libdep.so.1", dependency);
  scene.wheel.files["pkg/a.so"] = library({"libdep.so.1", "libc.so.6"}, "", "/opt/lib");
  const RepairReport report = scene.repair();
  EXPECT_TRUE(report.written);
  EXPECT_EQ(scene.outputs(), Texts{kRepaired});
  const std::string name = "libdep-" + test::hash_of(dependency) + ".so.1";
  const auto graft = dynamic_of(report.output_path, "pkg.libs/" + name);
  EXPECT_EQ(graft.soname, name);
  EXPECT_EQ(graft.rpath + graft.runpath, "");
  const auto user = dynamic_of(report.output_path, "pkg/a.so");
  EXPECT_EQ(user.needed, (Texts{name, "libc.so.6"}));
  EXPECT_EQ(user.rpath, "$ORIGIN:$ORIGIN/../pkg.libs");
  EXPECT_EQ(user.runpath, "");
}

TEST(Repair, ReportSaysWhatHappenedAndWhy) {
  Scene scene;
  const RepairReport report = with_dependency(scene).repair();
  ASSERT_EQ(report.plan.grafts.size(), 1U);
  const GraftStep& graft = report.plan.grafts[0];
  EXPECT_EQ(graft.source, "/opt/lib/libdep.so.1");
  EXPECT_EQ(graft.names, Texts{"libdep.so.1"});
  EXPECT_EQ(graft.users, Texts{"pkg/a.so"});
  EXPECT_EQ(graft.reason, "manylinux_2_5_x86_64 does not leave it outside");
  ASSERT_EQ(report.plan.patches.size(), 1U);
  const PatchStep& patch = report.plan.patches[0];
  EXPECT_EQ(patch.old_rpath, "/opt/lib");
  EXPECT_EQ(patch.new_rpath, "$ORIGIN:$ORIGIN/../pkg.libs");
  EXPECT_EQ(patch.reasons,
            (Texts{"needs libdep.so.1, which is copied in", "its rpath has \"/opt/lib\""}));
  EXPECT_EQ(report.notes,
            Texts{"pkg/a.so: rpath entry \"/opt/lib\" dropped: an absolute directory of the build "
                  "machine"});
  EXPECT_EQ(report.plan.tags.old_tags, Texts{"cp311-cp311-linux_x86_64"});
  EXPECT_EQ(report.plan.tags.new_tags,
            (Texts{"cp311-cp311-manylinux_2_5_x86_64", "cp311-cp311-manylinux1_x86_64"}));
}

TEST(Repair, CopiedLibraryIsNamedAfterTheFileBehindTheLinks) {
  Scene scene;
  const std::string dependency = library({}, "libdep.so.1");
  scene.add("/opt/lib/libdep.so.1.2.3", dependency);
  scene.link("/opt/lib/libdep.so.1", "libdep.so.1.2.3");
  scene.wheel.files["pkg/a.so"] = library({"libdep.so.1"}, "", "/opt/lib");
  const RepairReport report = scene.repair();
  EXPECT_EQ(report.plan.grafts.at(0).path,
            "pkg.libs/libdep-" + test::hash_of(dependency) + ".so.1.2.3");
  EXPECT_EQ(report.plan.grafts.at(0).source, "/opt/lib/libdep.so.1.2.3");
}

TEST(Repair, CopiedLibrariesFindEachOther) {
  Scene scene;
  const std::string inner = library({}, "libinner.so");
  const std::string outer = library({"libinner.so"}, "libouter.so", "/opt/inner");
  scene.add("/opt/inner/libinner.so", inner);
  scene.add("/opt/outer/libouter.so", outer);
  scene.wheel.files["pkg/a.so"] = library({"libouter.so"}, "", "/opt/outer");
  const RepairReport report = scene.repair();
  const std::string inner_name = "libinner-" + test::hash_of(inner) + ".so";
  const auto graft =
      dynamic_of(report.output_path, "pkg.libs/libouter-" + test::hash_of(outer) + ".so");
  EXPECT_EQ(graft.needed, Texts{inner_name});
  EXPECT_EQ(graft.rpath, "$ORIGIN");
  EXPECT_EQ(graft.runpath, "");
}

TEST(Repair, EachUserKeepsItsOwnOfTwoLibrariesWithOneSoname) {
  Scene scene;
  const std::string one = library({}, "libdup.so", "", "one");
  const std::string two = library({}, "libdup.so", "", "two");
  scene.add("/opt/one/libdup.so", one);
  scene.add("/opt/two/libdup.so", two);
  scene.wheel.files["pkg/a.so"] = library({"libdup.so"}, "", "/opt/one");
  scene.wheel.files["pkg/b.so"] = library({"libdup.so"}, "", "/opt/two");
  const RepairReport report = scene.repair();
  EXPECT_EQ(dynamic_of(report.output_path, "pkg/a.so").needed,
            Texts{"libdup-" + test::hash_of(one) + ".so"});
  EXPECT_EQ(dynamic_of(report.output_path, "pkg/b.so").needed,
            Texts{"libdup-" + test::hash_of(two) + ".so"});
}

TEST(Repair, LibrariesKeepTheirOwnOfTwoWithOneSonameInOneProcess) {
  Scene scene;
  const std::string one = library({}, "libdup.so", "", "one");
  const std::string two = library({}, "libdup.so", "", "two");
  const std::string p = library({"libdup.so"}, "libp.so", "/opt/one");
  const std::string q = library({"libdup.so"}, "libq.so", "/opt/two");
  scene.add("/opt/one/libdup.so", one);
  scene.add("/opt/two/libdup.so", two);
  scene.add("/opt/libp.so", p);
  scene.add("/opt/libq.so", q);
  scene.wheel.files["pkg/a.so"] = library({"libp.so", "libq.so"}, "", "/opt");
  const RepairReport report = scene.repair();
  EXPECT_EQ(dynamic_of(report.output_path, "pkg.libs/libp-" + test::hash_of(p) + ".so").needed,
            Texts{"libdup-" + test::hash_of(one) + ".so"});
  EXPECT_EQ(dynamic_of(report.output_path, "pkg.libs/libq-" + test::hash_of(q) + ".so").needed,
            Texts{"libdup-" + test::hash_of(two) + ".so"});
}

TEST(Repair, OneContentInTwoPlacesIsCopiedOnce) {
  Scene scene;
  const std::string same = library({}, "libsame.so");
  scene.add("/opt/one/libsame.so", same);
  scene.add("/opt/two/libsame.so", same);
  scene.wheel.files["pkg/a.so"] = library({"libsame.so"}, "", "/opt/one");
  scene.wheel.files["pkg/b.so"] = library({"libsame.so"}, "", "/opt/two");
  const RepairReport report = scene.repair();
  ASSERT_EQ(report.plan.grafts.size(), 1U);
  EXPECT_EQ(report.plan.grafts[0].users, (Texts{"pkg/a.so", "pkg/b.so"}));
}

TEST(Repair, ExcludedLibraryIsNeitherFollowedNorCopied) {
  for (const std::string pattern : {"libdep.so.1", "libdep*", "/opt/*"}) {
    Scene scene;
    scene.options.audit.excludes = {pattern};
    const RepairReport report = with_dependency(scene).repair();
    EXPECT_TRUE(report.written) << pattern;
    EXPECT_TRUE(report.plan.grafts.empty()) << pattern;
    EXPECT_EQ(dynamic_of(report.output_path, "pkg/a.so").needed,
              (Texts{"libdep.so.1", "libc.so.6"}));
  }
}

TEST(Repair, ExcludedLibraryMayBeMissing) {
  Scene scene;
  scene.options.audit.excludes = {"libcuda.so.1"};
  scene.wheel.files["pkg/a.so"] = library({"libcuda.so.1"});
  EXPECT_TRUE(scene.repair().written);
}

TEST(Repair, MissingLibraryIsNamedWithEveryDirectoryAndNothingIsWritten) {
  Scene scene;
  scene.options.audit.environment.library_path = "/env/lib";
  scene.wheel.files["pkg/a.so"] = library({"libgone.so.3"}, "", "/opt/lib:$ORIGIN/../other");
  const RepairReport report = scene.repair();
  EXPECT_FALSE(report.repairable);
  EXPECT_EQ(report.reasons,
            Texts{"libgone.so.3, needed by pkg/a.so, cannot be found: searched /env/lib, /opt/lib, "
                  "<prefix>/lib/python3.11/site-packages/other, /usr/lib"});
  EXPECT_TRUE(scene.outputs().empty());
}

TEST(Repair, LibraryOfTheWheelGoesBeforeTheCopyInTheBuildTree) {
  Scene scene;
  scene.add("/build/lib/libown.so", library({}, "libown.so", "", "old"));
  scene.wheel.files["pkg/libs/libown.so"] = library({}, "libown.so", "", "new");
  scene.wheel.files["pkg/a.so"] = library({"libown.so"}, "", "/build/lib");
  const RepairReport report = scene.repair();
  EXPECT_TRUE(report.plan.grafts.empty());
  const auto user = dynamic_of(report.output_path, "pkg/a.so");
  EXPECT_EQ(user.needed, Texts{"libown.so"});
  EXPECT_EQ(user.rpath, "$ORIGIN:$ORIGIN/libs");
}

TEST(Repair, LibraryOfTheWheelMayAnswerByItsSoname) {
  Scene scene;
  scene.wheel.files["pkg/libown.so"] = library({}, "libown.so.1");
  scene.wheel.files["pkg/a.so"] = library({"libown.so.1"});
  const RepairReport report = scene.repair();
  const auto user = dynamic_of(report.output_path, "pkg/a.so");
  EXPECT_EQ(user.needed, Texts{"libown.so"});
  EXPECT_EQ(user.rpath, "$ORIGIN");
}

TEST(Repair, LibraryInThePrefixIsFoundFromSitePackages) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({"libdata.so"}, "", "/build/lib");
  scene.wheel.files["pkg-1.0.data/data/cyfes/libdata.so"] = library({});
  const RepairReport report = scene.repair();
  EXPECT_EQ(dynamic_of(report.output_path, "pkg/a.so").rpath,
            "$ORIGIN:$ORIGIN/../../../../cyfes:$ORIGIN/../cyfes");
}

TEST(Repair, CopyIsFoundFromThePrefix) {
  Scene scene;
  scene.add("/opt/lib/libdep.so.1", library({}, "libdep.so.1"));
  scene.wheel.files["pkg-1.0.data/data/cyfes/libdata.so"] =
      library({"libdep.so.1"}, "", "/opt/lib");
  const RepairReport report = scene.repair();
  EXPECT_EQ(dynamic_of(report.output_path, "pkg-1.0.data/data/cyfes/libdata.so").rpath,
            "$ORIGIN:$ORIGIN/../lib/python3.11/site-packages/pkg.libs"
            ":$ORIGIN/../lib64/python3.11/site-packages/pkg.libs"
            ":$ORIGIN/../lib/python3.11/dist-packages/pkg.libs:$ORIGIN/../pkg.libs");
}

TEST(Repair, FileThatWorksEverywhereKeepsItsBytes) {
  Scene scene;
  with_dependency(scene);
  const std::string works = library({"libown.so", "libc.so.6"}, "", "$ORIGIN/libs");
  scene.wheel.files["pkg/works.so"] = works;
  scene.wheel.files["pkg/libs/libown.so"] = library({}, "libown.so");
  const RepairReport report = scene.repair();
  EXPECT_EQ(test::read_entry(report.output_path, "pkg/works.so"), works);
  EXPECT_EQ(report.plan.patches.size(), 1U);
}

TEST(Repair, BuildTreeEntryGoesEvenIfNothingIsNeeded) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({"libc.so.6"}, "", "/build/lib");
  const RepairReport report = scene.repair();
  const auto file = dynamic_of(report.output_path, "pkg/a.so");
  EXPECT_EQ(file.rpath + file.runpath, "");
  EXPECT_EQ(test::read_entry(report.output_path, "pkg/a.so").find("/build/lib"), std::string::npos);
}

TEST(Repair, TwoRunsGiveTheSameBytesWhateverTheThreads) {
  Scene scene;
  const RepairReport first = with_dependency(scene).repair();
  scene.options.output_directory = scene.directory() / "again";
  scene.options.audit.jobs = 1;
  const RepairReport second = scene.repair();
  const auto read = [](const std::string& path) {
    const OpenedFile file = host_file_system().open(path);
    return std::string(file.contents->bytes().text());
  };
  EXPECT_EQ(read(first.output_path), read(second.output_path));
}

TEST(Repair, RepairedWheelIsLeftAsItIs) {
  Scene scene;
  const RepairReport first = with_dependency(scene).repair();
  RepairOptions options = scene.options;
  options.output_directory = scene.directory() / "again";
  const RepairReport second = repair_wheel(first.output_path, options);
  EXPECT_TRUE(second.plan.empty());
  const auto read = [](const std::string& path) {
    const OpenedFile file = host_file_system().open(path);
    return std::string(file.contents->bytes().text());
  };
  EXPECT_EQ(read(first.output_path), read(second.output_path));
}

TEST(Repair, OutputMayReplaceTheInput) {
  Scene scene;
  const RepairReport first = with_dependency(scene).repair();
  const RepairReport second = repair_wheel(first.output_path, scene.options);
  EXPECT_EQ(second.output_path, first.output_path);
  EXPECT_EQ(scene.outputs(), Texts{kRepaired});
}

TEST(Repair, CleanWheelStillGetsItsTags) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({"libc.so.6"});
  const RepairReport report = scene.repair();
  EXPECT_EQ(scene.outputs(), Texts{kRepaired});
  EXPECT_TRUE(report.plan.patches.empty());
  const std::string text = test::read_entry(report.output_path, "pkg-1.0.dist-info/WHEEL");
  EXPECT_NE(text.find("Tag: cp311-cp311-manylinux_2_5_x86_64\n"), std::string::npos) << text;
}

TEST(Repair, TagsMayBeLeftAlone) {
  Scene scene;
  scene.options.update_tags = false;
  const RepairReport report = with_dependency(scene).repair();
  EXPECT_EQ(scene.outputs(), Texts{"pkg-1.0-cp311-cp311-linux_x86_64.whl"});
  EXPECT_EQ(report.plan.grafts.size(), 1U);
}

TEST(Repair, DryRunWritesNothing) {
  Scene scene;
  scene.options.dry_run = true;
  const RepairReport report = with_dependency(scene).repair();
  EXPECT_TRUE(report.repairable);
  EXPECT_FALSE(report.written);
  EXPECT_EQ(report.plan.grafts.size(), 1U);
  EXPECT_TRUE(scene.outputs().empty());
}

TEST(Repair, SecondOpinionIsAskedAboutEveryEditedFile) {
  Scene scene;
  std::mutex mutex;
  std::multiset<std::string> wanted;
  scene.options.second_opinion = [&](Bytes original, Bytes edited, const elf::Edits& edits) {
    EXPECT_NE(original.text(), edited.text());
    const std::lock_guard lock(mutex);
    wanted.insert(edits.soname ? "graft" : *edits.rpath);
  };
  scene.wheel.files["pkg/b.so"] = library({"libc.so.6"});
  with_dependency(scene).repair();
  EXPECT_EQ(wanted, (std::multiset<std::string>{"$ORIGIN:$ORIGIN/../pkg.libs", "graft"}));
}

TEST(Repair, ObjectionOfTheSecondOpinionLeavesNothing) {
  Scene scene;
  scene.options.second_opinion = [](Bytes, Bytes, const elf::Edits& edits) {
    if (!edits.soname) throw Error(ErrorCode::kCorrupt, "cross-check: no");
  };
  EXPECT_EQ(error_of(with_dependency(scene)), "pkg/a.so: cross-check: no");
  EXPECT_EQ(scene.outputs(), Texts{});
}

TEST(Repair, CopiesStandBeforeTheDistInfoAndRecordIsLast) {
  Scene scene;
  const RepairReport report = with_dependency(scene).repair();
  Texts entries = test::entries_of(report.output_path);
  ASSERT_EQ(entries.size(), 7U);
  EXPECT_EQ(entries[2].substr(0, 16), "pkg.libs/libdep-");
  EXPECT_EQ(entries[5], "pkg-1.0.dist-info/sboms/elfwheel.cdx.json");
  EXPECT_EQ(entries.back(), "pkg-1.0.dist-info/RECORD");
  const wheel::Wheel repaired = wheel::Wheel::open(report.output_path);
  EXPECT_TRUE(repaired.verify(1).empty());
}

TEST(Repair, SignaturesOfRecordAreDropped) {
  Scene scene;
  with_dependency(scene);
  scene.wheel.more = {{"pkg-1.0.dist-info/RECORD.jws", "{}"}};
  const RepairReport report = scene.repair();
  EXPECT_EQ(report.plan.dropped, Texts{"pkg-1.0.dist-info/RECORD.jws"});
  const Texts entries = test::entries_of(report.output_path);
  EXPECT_EQ(std::count(entries.begin(), entries.end(), "pkg-1.0.dist-info/RECORD.jws"), 0);
}

TEST(Repair, LibpythonIsRemovedFromExtensionsButNotFromPrograms) {
  Scene scene;
  scene.add("/usr/lib/libpython3.13t.so.1.0", library({}, "libpython3.13t.so.1.0"));
  scene.wheel.files["pkg/a.so"] = library({"libpython3.13t.so.1.0", "libc.so.6"});
  test::ElfSpec program;
  program.needed = {"libpython3.13t.so.1.0"};
  program.interp = "/lib64/ld-linux-x86-64.so.2";
  program.entries = {{elf::DT_FLAGS_1, elf::DF_1_PIE}};
  scene.wheel.files["pkg-1.0.data/scripts/tool"] = test::elf_text(program);
  const RepairReport report = scene.repair();
  ASSERT_TRUE(report.written) << report.reasons.at(0);
  EXPECT_EQ(dynamic_of(report.output_path, "pkg/a.so").needed, Texts{"libc.so.6"});
  const auto tool = dynamic_of(report.output_path, "pkg-1.0.data/scripts/tool");
  EXPECT_EQ(tool.needed.at(0).substr(0, 11), "libpython3-");
  EXPECT_EQ(tool.rpath.substr(0, 49), "$ORIGIN:$ORIGIN/../lib/python3.11/site-packages/p");
}

TEST(Repair, ElfFileInPurelibIsRefused) {
  Scene scene;
  scene.wheel.files["pkg-1.0.data/purelib/pkg/a.so"] = library({});
  const RepairReport report = scene.repair();
  EXPECT_FALSE(report.repairable);
  EXPECT_EQ(report.reasons, Texts{"ELF files belong in platlib, not in purelib: "
                                  "pkg-1.0.data/purelib/pkg/a.so"});
  EXPECT_TRUE(scene.outputs().empty());
}

TEST(Repair, PlatformWheelWithItsRootInPurelibIsRefused) {
  Scene scene;
  scene.wheel.root_is_purelib = true;
  scene.wheel.files["pkg/a.so"] = library({});
  EXPECT_EQ(scene.repair().reasons,
            Texts{"ELF files belong in platlib, not in purelib (WHEEL says Root-Is-Purelib: "
                  "true): pkg/a.so"});
}

TEST(Repair, WheelForAnyPlatformBecomesAPlatformWheel) {
  Scene scene;
  scene.wheel.tag = "py3-none-any";
  scene.wheel.root_is_purelib = true;
  scene.wheel.files["pkg/a.so"] = library({"libc.so.6"});
  const RepairReport report = scene.repair();
  EXPECT_EQ(scene.outputs(), Texts{"pkg-1.0-py3-none-manylinux1_x86_64.manylinux_2_5_x86_64.whl"});
  const std::string text = test::read_entry(report.output_path, "pkg-1.0.dist-info/WHEEL");
  EXPECT_NE(text.find("Root-Is-Purelib: False\n"), std::string::npos) << text;
}

TEST(Repair, PureWheelIsNoPlatformWheel) {
  Scene scene;
  EXPECT_EQ(scene.repair().reasons, Texts{"no ELF file in the wheel: it is not a platform wheel"});
}

// Gives `path` another hash in RECORD, and returns what a repair must say of it.
std::string lie_in_record(Scene& scene, const std::string& path) {
  std::string record = test::read_entry(scene.write_wheel(), "pkg-1.0.dist-info/RECORD");
  const size_t hash = record.find("sha256=", record.find(path + ",")) + 7;
  const std::string truth = record.substr(hash, 43);
  const std::string lie(43, 'A');
  scene.wheel.record = record.replace(hash, 43, lie);
  return path + ": RECORD says sha256=" + lie + ", the content has sha256=" + truth;
}

TEST(Repair, LibraryThatLiesInRecordIsAnError) {
  Scene scene;
  with_dependency(scene);
  const std::string expected = lie_in_record(scene, "pkg/a.so");
  EXPECT_EQ(error_of(scene), expected);
  EXPECT_TRUE(scene.outputs().empty());
}

TEST(Repair, UntouchedFileThatLiesInRecordIsAnErrorToo) {
  Scene scene;
  with_dependency(scene);
  scene.wheel.files["pkg/notes.txt"] = "as it is\n";
  const std::string expected = lie_in_record(scene, "pkg/notes.txt");
  EXPECT_EQ(error_of(scene), expected);
  EXPECT_TRUE(scene.outputs().empty());
}

TEST(Repair, TruncatedLibraryIsAnErrorThatNamesIt) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({}).substr(0, 40);
  EXPECT_EQ(error_of(scene).substr(0, 10), "pkg/a.so: ");
  EXPECT_TRUE(scene.outputs().empty());
}

TEST(Repair, OutputDirectoryThatCannotBeMadeIsAnError) {
  Scene scene;
  with_dependency(scene);
  scene.directory().write("file", "in the way");
  scene.options.output_directory = scene.directory() / "file/out";
  EXPECT_EQ(error_of(scene),
            "cannot create directory " + scene.options.output_directory + ": Not a directory");
}

TEST(Repair, OptionsAreChecked) {
  Scene scene;
  with_dependency(scene);
  scene.options.compression_level = 13;
  EXPECT_EQ(error_of(scene), "compression level 13 is not between 0 and 12");
  scene.options.compression_level = 6;
  scene.options.lib_sdir = "/x";
  EXPECT_EQ(error_of(scene), "\"/x\" cannot end a directory's name: try \".libs\"");
}

TEST(Repair, FileInTheWayOfACopyIsAnError) {
  Scene scene;
  const std::string dependency = library({"libc.so.6"}, "libdep.so.1");
  const std::string place = "pkg.libs/libdep-" + test::hash_of(dependency) + ".so.1";
  with_dependency(scene);
  scene.wheel.files[place] = "something else";
  EXPECT_EQ(error_of(scene), "the wheel has a file where /opt/lib/libdep.so.1 belongs: " + place);
}

}  // namespace
}  // namespace elfwheel::repair
