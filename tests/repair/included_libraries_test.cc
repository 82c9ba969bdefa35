// Libraries that are opened while a program runs: AuditOptions::includes.
#include <gtest/gtest.h>

#include "scene.h"

namespace elfwheel::repair {
namespace {

using test::dlopen_note;
using test::dynamic_of;
using test::library;
using test::library_with_notes;
using test::Scene;
using Texts = std::vector<std::string>;

const char kOpensPlugin[] = R"([{"soname":["libplugin.so.2","libplugin.so.1"]}])";

// A machine with libplugin.so.1, which needs libinner.so, and a wheel that opens it.
class IncludedLibraries : public testing::Test {
 protected:
  IncludedLibraries() {
    scene_.add("/opt/lib/libplugin.so.1.5", library({"libinner.so"}, "libplugin.so.1", "/opt/lib"));
    scene_.link("/opt/lib/libplugin.so.1", "libplugin.so.1.5");
    scene_.add("/opt/lib/libinner.so", inner_);
    scene_.wheel.files["pkg/a.so"] = library_with_notes({}, dlopen_note(kOpensPlugin), "/opt/lib");
  }

  RepairReport repair(const Texts& includes) {
    scene_.options.audit.includes = includes;
    return scene_.repair();
  }

  std::string error(const Texts& includes) {
    try {
      repair(includes);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  static Texts grafts(const RepairReport& report) {
    Texts paths;
    for (const GraftStep& graft : report.plan.grafts) paths.push_back(graft.path);
    return paths;
  }

  static bool has_note(const RepairReport& report, const std::string& text) {
    return std::find(report.notes.begin(), report.notes.end(), text) != report.notes.end();
  }

  const std::string inner_ = library({}, "libinner.so");
  const std::string inner_path_ = "pkg.libs/libinner-" + test::hash_of(inner_) + ".so";
  Scene scene_;
};

TEST_F(IncludedLibraries, NothingIsIncludedUnasked) { EXPECT_EQ(grafts(repair({})), Texts{}); }

TEST_F(IncludedLibraries, LibraryOfANoteComesWithItsNeedsUnderItsName) {
  const RepairReport report = repair({"libplugin.so.*"});
  EXPECT_EQ(grafts(report), (Texts{inner_path_, "pkg.libs/libplugin.so.1"}));
  EXPECT_EQ(dynamic_of(report.output_path, "pkg/a.so").rpath, "$ORIGIN:$ORIGIN/../pkg.libs");
  EXPECT_EQ(dynamic_of(report.output_path, "pkg/a.so").needed, Texts{});
  const auto copy = dynamic_of(report.output_path, "pkg.libs/libplugin.so.1");
  EXPECT_EQ(copy.soname, "libplugin.so.1");
  EXPECT_EQ(copy.rpath, "$ORIGIN");
  EXPECT_EQ(report.plan.patches.at(0).reasons.at(0), "opens libplugin.so.1, which is copied in");
}

TEST_F(IncludedLibraries, NameThatIsFoundNowhereIsANote) {
  EXPECT_TRUE(has_note(repair({"libplugin.so.2"}),
                       "pkg/a.so: libplugin.so.2, which it may open, is not found: searched "
                       "/opt/lib, /usr/lib"));
}

TEST_F(IncludedLibraries, PatternThatMatchesNoNoteIsANote) {
  EXPECT_TRUE(
      has_note(repair({"libgone*"}), "\"libgone*\" matches no library that a file says it opens"));
}

TEST_F(IncludedLibraries, NoteOfACopiedLibraryCounts) {
  scene_.add("/opt/lib/libdep.so",
             library_with_notes({}, dlopen_note(kOpensPlugin), "/opt/lib", "libdep.so"));
  scene_.wheel.files["pkg/a.so"] = library({"libdep.so"}, "", "/opt/lib");
  const RepairReport report = repair({"libplugin.so.1"});
  ASSERT_EQ(report.plan.grafts.size(), 3U);
  EXPECT_EQ(dynamic_of(report.output_path, report.plan.grafts[0].path).rpath, "$ORIGIN");
  EXPECT_EQ(report.plan.grafts[2].users, Texts{report.plan.grafts[0].name});
}

TEST_F(IncludedLibraries, LibraryThatAPolicyAllowsOutsideIsCopiedInAllTheSame) {
  scene_.add("/usr/lib/libz.so.1", library({}, "libz.so.1"));
  scene_.wheel.files["pkg/a.so"] = library_with_notes({}, dlopen_note(R"({"soname":"libz.so.1"})"));
  EXPECT_EQ(grafts(repair({"libz.so.1"})), Texts{"pkg.libs/libz.so.1"});
}

TEST_F(IncludedLibraries, FileOfTheWheelIsFoundByTheFileThatOpensIt) {
  scene_.wheel.files["pkg/plugins/libplugin.so.1"] = library({}, "libplugin.so.1");
  const RepairReport report = repair({"libplugin.so.1"});
  EXPECT_EQ(grafts(report), Texts{});
  EXPECT_EQ(dynamic_of(report.output_path, "pkg/a.so").rpath, "$ORIGIN:$ORIGIN/plugins");
}

TEST_F(IncludedLibraries, ExcludedNameStaysOutside) {
  scene_.options.audit.excludes = {"libplugin*"};
  EXPECT_EQ(grafts(repair({"*"})), Texts{});
}

TEST_F(IncludedLibraries, NameThatIsAlsoNeededIsKept) {
  scene_.wheel.files["pkg/a.so"] =
      library_with_notes({"libplugin.so.1"}, dlopen_note(kOpensPlugin), "/opt/lib");
  const RepairReport report = repair({"libplugin.so.1"});
  EXPECT_EQ(dynamic_of(report.output_path, "pkg/a.so").needed, Texts{"libplugin.so.1"});
}

TEST_F(IncludedLibraries, PathServesTheFileWhoseNoteNamesIt) {
  scene_.wheel.files["pkg/b.so"] = library({});
  const RepairReport report = repair({"/opt/lib/libplugin.so.1.5"});
  // By the name that the note has, not the file's.
  EXPECT_EQ(grafts(report), (Texts{inner_path_, "pkg.libs/libplugin.so.1"}));
  ASSERT_EQ(report.plan.patches.size(), 1U);
  EXPECT_EQ(report.plan.patches[0].path, "pkg/a.so");
}

TEST_F(IncludedLibraries, PathThatNobodyOpensIsCopiedInWithANote) {
  scene_.wheel.files["pkg/a.so"] = library({});
  const RepairReport report = repair({"/opt/lib/libplugin.so.1"});
  EXPECT_EQ(grafts(report), (Texts{inner_path_, "pkg.libs/libplugin.so.1"}));
  EXPECT_TRUE(has_note(report,
                       "/opt/lib/libplugin.so.1.5: no file says that it opens it or calls dlopen: "
                       "none gets a way to it"));
}

TEST_F(IncludedLibraries, SecondRepairChangesNothing) {
  for (const std::string include : {"libplugin*", "/opt/lib/libplugin.so.1"}) {
    const RepairReport first = repair({include});
    RepairOptions again = scene_.options;
    again.output_directory = scene_.directory() / "again";
    EXPECT_TRUE(repair_wheel(first.output_path, again).plan.empty()) << include;
  }
}

TEST_F(IncludedLibraries, PathMustLeadToALibraryOfTheWheelsMachine) {
  EXPECT_EQ(error({"/opt/gone.so"}), "/opt/gone.so: no such library to include");
  test::ElfSpec foreign;
  foreign.machine = elf::EM_AARCH64;
  scene_.add("/opt/foreign.so", test::elf_text(foreign));
  EXPECT_EQ(error({"/opt/foreign.so"}),
            "/opt/foreign.so: made for aarch64, and the wheel for x86_64");
}

}  // namespace
}  // namespace elfwheel::repair
