// What a verification says of wheels, good and bad.
#include <gtest/gtest.h>

#include "elfwheel/repair/verify.h"
#include "repair/verify_tags.h"
#include "scene.h"

namespace elfwheel::repair {
namespace {

using test::library;
using test::Scene;

constexpr const char* kPortable = "cp311-cp311-manylinux_2_17_x86_64";

VerifyOptions options_of(const Scene& scene) {
  VerifyOptions options;
  options.environment = scene.options.audit.environment;
  options.files = scene.options.audit.files;
  options.jobs = 2;
  return options;
}

Verification verify(const std::string& path, const VerifyOptions& options) {
  Verifier verifier(options);
  verifier.add(path);
  return verifier.verify(0);
}

Verification verify(Scene& scene) { return verify(scene.write_wheel(), options_of(scene)); }

// "error needed FILE: message (advice)", one a finding.
std::vector<std::string> lines_of(const Verification& verification) {
  std::vector<std::string> lines;
  for (const Finding& finding : verification.findings)
    lines.push_back(std::string(severity_name(finding.severity)) + " " +
                    std::string(check_name(finding.check)) + " " + finding.file + ": " +
                    finding.message + " (" + finding.advice + ")");
  return lines;
}

using Lines = std::vector<std::string>;

// The shape that zip-minded repairs break: a library under the prefix, its need in site-packages.
void add_library_below_prefix(Scene& scene, const std::string& runpath) {
  scene.wheel.tag = kPortable;
  scene.wheel.files["pkg-1.0.data/data/cyfes/b.so"] =
      library({"libdep-01234567.so.1"}, "b.so", runpath);
  scene.wheel.files["pkg.libs/libdep-01234567.so.1"] = library({}, "libdep-01234567.so.1");
}

TEST(VerifyWheel, WhatRepairMakesIsFree) {
  Scene scene;
  scene.add("/opt/lib/libdep.so.1", library({"libc.so.6"}, "libdep.so.1"));
  scene.wheel.files["pkg/a.so"] = library({"libown.so", "libc.so.6"}, "", "/build");
  scene.wheel.files["pkg/libs/libown.so"] = library({}, "libown.so");
  scene.wheel.files["pkg-1.0.data/data/cyfes/b.so"] =
      library({"libdep.so.1", "libc.so.6"}, "", "/opt/lib");
  const RepairReport report = scene.repair();
  ASSERT_TRUE(report.written);
  const Verification verification = verify(report.output_path, options_of(scene));
  EXPECT_EQ(lines_of(verification), Lines{});
  EXPECT_TRUE(verification.ok());
  EXPECT_EQ(verification.elf_files, 4u);
  EXPECT_EQ(verification.layouts, (Lines{"CPython 3.11 (lib)", "CPython 3.11 (lib64)",
                                         "CPython 3.11 (dist-packages)", "--target"}));
}

TEST(VerifyWheel, RpathForTheZipLeadsNowhereOnceInstalled) {
  Scene scene;
  add_library_below_prefix(scene, "$ORIGIN/../../../pkg.libs");
  const Verification verification = verify(scene);
  EXPECT_FALSE(verification.ok());
  ASSERT_EQ(verification.findings.size(), 2u);
  EXPECT_EQ(lines_of(verification)[0],
            "error needed pkg-1.0.data/data/cyfes/b.so: needs libdep-01234567.so.1, not found when "
            "installed as CPython 3.11 (lib), CPython 3.11 (lib64), CPython 3.11 (dist-packages) "
            "and 1 more; searched <prefix>/../../pkg.libs, /usr/lib (it is installed along: add "
            "$ORIGIN/../lib/python3.11/site-packages/pkg.libs:"
            "$ORIGIN/../lib64/python3.11/site-packages/pkg.libs:"
            "$ORIGIN/../lib/python3.11/dist-packages/pkg.libs:$ORIGIN/../pkg.libs"
            " to the file's rpath)");
  EXPECT_EQ(verification.findings[0].layouts, verification.layouts);
  EXPECT_EQ(lines_of(verification)[1],
            "error rpath pkg-1.0.data/data/cyfes/b.so: rpath entry \"$ORIGIN/../../../pkg.libs\" "
            "leads out of the environment (elfwheel repair writes a list that is right after "
            "installation)");
}

TEST(VerifyWheel, LayoutWithoutTheLibraryIsNamed) {
  Scene scene;
  add_library_below_prefix(scene,
                           "$ORIGIN/../lib/python3.11/site-packages/pkg.libs:"
                           "$ORIGIN/../lib64/python3.11/site-packages/pkg.libs:"
                           "$ORIGIN/../lib/python3.11/dist-packages/pkg.libs");
  const Verification verification = verify(scene);
  EXPECT_EQ(lines_of(verification),
            (Lines{"error needed pkg-1.0.data/data/cyfes/b.so: needs libdep-01234567.so.1, not "
                   "found when installed as --target (1 of 4 layouts); searched "
                   "<prefix>/lib/python3.11/site-packages/pkg.libs, "
                   "<prefix>/lib64/python3.11/site-packages/pkg.libs, "
                   "<prefix>/lib/python3.11/dist-packages/pkg.libs, /usr/lib (it is installed "
                   "along: add $ORIGIN/../pkg.libs to the file's rpath)"}));
  EXPECT_EQ(verification.findings[0].layouts, Lines{"--target"});
}

TEST(VerifyWheel, LibraryOfThisMachineIsNoneOfTheWheel) {
  Scene scene;
  scene.add("/usr/lib/libdep.so.1", library({}, "libdep.so.1"));
  scene.wheel.files["pkg/a.so"] = library({"libdep.so.1", "libc.so.6"});
  const std::string rest =
      " needed pkg/a.so: needs libdep.so.1, found only on this machine when installed as CPython "
      "3.11 (lib): /usr/lib/libdep.so.1 (copy it in with elfwheel repair, verify it with the "
      "wheel that has it, or --exclude it)";
  EXPECT_EQ(lines_of(verify(scene)), Lines{"warning" + rest});
  EXPECT_TRUE(verify(scene).ok());
  scene.wheel.tag = kPortable;
  EXPECT_EQ(lines_of(verify(scene)), Lines{"error" + rest});
}

TEST(VerifyWheel, ExcludedLibraryMayBeAnywhere) {
  Scene scene;
  scene.wheel.tag = kPortable;
  scene.wheel.files["pkg/a.so"] = library({"libcuda.so.1"});
  VerifyOptions options = options_of(scene);
  EXPECT_FALSE(verify(scene.write_wheel(), options).ok());
  options.excludes = {"libcuda.so.*"};
  EXPECT_EQ(lines_of(verify(scene.write_wheel(), options)), Lines{});
}

TEST(VerifyWheel, SystemLibraryOfThePolicyNeedNotBeOnThisMachine) {
  Scene scene;
  scene.wheel.tag = kPortable;
  scene.wheel.files["pkg/a.so"] = library({"libGL.so.1", "libm.so.6", "ld-linux-x86-64.so.2"});
  EXPECT_EQ(lines_of(verify(scene)), Lines{});
}

TEST(VerifyWheel, InterpreterBringsLibpythonForExtensionsOnly) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({"libpython3.11.so.1.0"});
  EXPECT_EQ(lines_of(verify(scene)), Lines{});
  test::ElfSpec program;
  program.interp = "/lib64/ld-linux-x86-64.so.2";
  program.needed = {"libpython3.11.so.1.0"};
  program.entries = {{elf::DT_FLAGS_1, elf::DF_1_PIE}};
  scene.wheel.files["pkg/run"] = test::elf_text(program);
  EXPECT_EQ(lines_of(verify(scene)),
            Lines{"error needed pkg/run: needs libpython3.11.so.1.0, not found when installed as "
                  "CPython 3.11 (lib); searched /usr/lib (repair the wheel on a machine that has "
                  "it, verify it with the wheel that has it, or --exclude it)"});
}

TEST(VerifyWheel, LibraryMayLiveOnTheRpathOfItsUser) {
  Scene scene;
  scene.wheel.tag = kPortable;
  test::ElfSpec user;
  user.needed = {"libb.so"};
  user.rpath = "$ORIGIN/lib:$ORIGIN/deep";
  scene.wheel.files["pkg/a.so"] = test::elf_text(user);
  scene.wheel.files["pkg/lib/libb.so"] = library({"libc-own.so"}, "libb.so");
  scene.wheel.files["pkg/deep/libc-own.so"] = library({}, "libc-own.so");
  EXPECT_EQ(lines_of(verify(scene)), Lines{});
  // A DT_RUNPATH is not inherited.
  scene.wheel.files["pkg/a.so"] = library({"libb.so"}, "", "$ORIGIN/lib:$ORIGIN/deep");
  const Verification verification = verify(scene);
  ASSERT_EQ(verification.findings.size(), 1u);
  EXPECT_EQ(verification.findings[0].file, "pkg/lib/libb.so");
}

TEST(VerifyWheel, RingOfLibrariesIsCheckedFromItsFirst) {
  Scene scene;
  scene.wheel.files["pkg/liba.so"] = library({"libb.so", "libgone.so"}, "liba.so", "$ORIGIN");
  scene.wheel.files["pkg/libb.so"] = library({"liba.so"}, "libb.so", "$ORIGIN");
  const Verification verification = verify(scene);
  ASSERT_EQ(verification.findings.size(), 1u);
  EXPECT_EQ(verification.findings[0].file, "pkg/liba.so");
}

TEST(VerifyWheel, BrokenLibraryIsToldAsTheLoaderSays) {
  Scene scene;
  scene.add("/usr/lib/libdep.so.1",
            "\x7f"
            "ELF");
  scene.wheel.files["pkg/a.so"] = library({"libdep.so.1"});
  EXPECT_EQ(lines_of(verify(scene)),
            Lines{"error needed pkg/a.so: needs libdep.so.1, not found when installed as CPython "
                  "3.11 (lib); /usr/lib/libdep.so.1: file too short; searched /usr/lib (repair the "
                  "wheel on a machine that has it, verify it with the wheel that has it, or "
                  "--exclude it)"});
}

TEST(VerifyWheel, RpathOfTheBuildMachineIsAnErrorWhereEveryUserMayWrite) {
  Scene scene;
  scene.wheel.tag = kPortable;
  scene.wheel.files["pkg/a.so"] =
      library({}, "", "/usr/local/cuda/lib64:/tmp/build/../lib:$ORIGIN");
  const std::string advice = " (elfwheel repair writes a list that is right after installation)";
  EXPECT_EQ(lines_of(verify(scene)),
            (Lines{"warning rpath pkg/a.so: rpath entry \"/usr/local/cuda/lib64\" is an absolute "
                   "directory of the build machine" +
                       advice,
                   "error rpath pkg/a.so: rpath entry \"/tmp/build/../lib\" is an absolute "
                   "directory of the build machine, in which every user may put a library" +
                       advice}));
}

TEST(VerifyWheel, RpathIntoTheCurrentDirectoryIsAlwaysAnError) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({}, "", "$ORIGIN::lib:$LIB");
  const std::string advice = " (elfwheel repair writes a list that is right after installation)";
  EXPECT_EQ(
      lines_of(verify(scene)),
      (Lines{"error rpath pkg/a.so: empty rpath entry: libraries are taken from the current "
             "directory" +
                 advice,
             "error rpath pkg/a.so: rpath entry \"lib\" depends on the current directory" + advice,
             "warning rpath pkg/a.so: rpath entry \"$LIB\" means another directory on each "
             "system" +
                 advice}));
}

TEST(VerifyWheel, EntryForOneLayoutMayLeaveAnother) {
  Scene scene;
  scene.wheel.tag = kPortable;
  scene.wheel.files["pkg/a.so"] =
      library({"b.so"}, "", "$ORIGIN/../../../../cyfes:$ORIGIN/../cyfes");
  scene.wheel.files["pkg-1.0.data/data/cyfes/b.so"] = library({}, "b.so");
  EXPECT_EQ(lines_of(verify(scene)), Lines{});
}

TEST(VerifyWheel, EveryDisagreementWithRecordIsTold) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({});
  scene.wheel.record =
      "pkg/__init__.py,sha256=AAAA,12\n"
      "pkg/a.so,sha256=BBBB,\n"
      "pkg/gone.py,sha256=CCCC,1\n"
      "pkg-1.0.dist-info/METADATA,sha256=DDDD,1\n"
      "pkg-1.0.dist-info/RECORD,,\n";
  const Verification verification = verify(scene);
  std::vector<std::string> files;
  for (const Finding& finding : verification.findings) {
    EXPECT_EQ(finding.check, Check::kRecord);
    EXPECT_EQ(finding.advice, "pack the wheel anew");
    files.push_back(finding.file);
  }
  EXPECT_EQ(files, (Lines{"pkg/gone.py", "pkg-1.0.dist-info/METADATA", "pkg-1.0.dist-info/WHEEL",
                          "pkg/__init__.py", "pkg/a.so"}));
  EXPECT_EQ(verification.findings[0].message, "listed in RECORD, but not in the archive");
  EXPECT_EQ(verification.findings[2].message, "in the archive, but not listed in RECORD");
}

TEST(VerifyWheel, FileNameAndWheelFileHaveTheSameTags) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({});
  scene.wheel.wheel_file =
      "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp310-cp310-linux_x86_64\n";
  const std::string advice = " (change both together, e.g. with elfwheel repair)";
  EXPECT_EQ(lines_of(verify(scene)),
            (Lines{"error tag pkg-1.0.dist-info/WHEEL: has not the file name's tag "
                   "cp311-cp311-linux_x86_64" +
                       advice,
                   "error tag pkg-1.0.dist-info/WHEEL: has the tag cp310-cp310-linux_x86_64, which "
                   "the file name has not" +
                       advice}));
}

TEST(VerifyWheel, TagMayNotPromiseMoreThanTheFilesKeep) {
  Scene scene;
  scene.wheel.tag = "cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64";
  const wheel::Wheel wheel = wheel::Wheel::open(scene.write_wheel());
  WheelAudit audit;
  audit.architecture = "x86_64";
  audit.libc = elf::Libc::kGlibc;
  audit.members.resize(1);
  audit.members[0].path = "pkg/a.so";
  policy::Requirements requirements;
  requirements.architecture = "x86_64";
  requirements.libc = elf::Libc::kGlibc;
  policy::Object object;
  object.name = "pkg/a.so";
  object.root = true;
  object.needed = {{"libc.so.6", {}}};
  object.version_uses = {{"libc.so.6", "GLIBC_2.17"}, {"libc.so.6", "GLIBC_2.28"}};
  requirements.objects = {object};
  audit.evaluation = policy::evaluate(requirements);
  Verification verification;
  verification.findings = check_tags(wheel, audit);
  EXPECT_EQ(
      lines_of(verification),
      Lines{"error tag pkg/a.so: needs GLIBC_2.28 of libc.so.6: manylinux2014_x86_64 promises "
            "too much, manylinux_2_28_x86_64 is the best tag (build it for older systems, or "
            "change the tag)"});
}

TEST(VerifyWheel, TagSaysWhatTheFilesAreMadeFor) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({"libc.so.6"});
  scene.wheel.tag = "py3-none-any";
  EXPECT_EQ(lines_of(verify(scene)),
            Lines{"error tag : the tag says any platform, but there are ELF files (give it a "
                  "platform tag: elfwheel repair does)"});
  scene.wheel.tag = "cp311-cp311-musllinux_1_2_x86_64";
  EXPECT_EQ(lines_of(verify(scene))[0],
            "error tag : the tag says musllinux_1_2_x86_64, the files are made for glibc ()");
  scene.wheel.tag = "cp311-cp311-manylinux_2_17_aarch64";
  EXPECT_EQ(lines_of(verify(scene)),
            Lines{"error tag : the tag says manylinux_2_17_aarch64: no ELF file made for aarch64: "
                  "pkg/a.so (x86_64) ()"});
}

TEST(VerifyWheel, FilesForOtherMachinesAreNotedOnly) {
  Scene scene;
  test::ElfSpec other;
  other.machine = elf::EM_AARCH64;
  other.needed = {"libgone.so"};
  scene.wheel.files["pkg/a.so"] = library({});
  scene.wheel.files["pkg/other.so"] = test::elf_text(other);
  const Verification verification = verify(scene);
  EXPECT_EQ(lines_of(verification), Lines{});
  EXPECT_EQ(verification.notes, Lines{"pkg/other.so: left as it is: made for aarch64"});
  EXPECT_EQ(verification.elf_files, 1u);
}

TEST(VerifyWheel, PureWheelNeedsNothing) {
  Scene scene;
  scene.wheel.tag = "py3-none-any";
  const Verification verification = verify(scene);
  EXPECT_EQ(lines_of(verification), Lines{});
  EXPECT_EQ(verification.elf_files, 0u);
}

TEST(VerifyWheel, CopiesOfARuntimeAreToldWithTheirUsers) {
  Scene scene;
  const std::string start =
      "warning runtime pkg.libs/libgomp-11111111.so.1: one of 2 copies of "
      "OpenMP, each with a state of its own, which ";
  const std::string advice =
      " (let one package bring it, and --exclude it when the others are repaired)";
  scene.wheel.files["pkg/a.so"] =
      library({"libgomp-11111111.so.1", "libgomp-22222222.so.1"}, "", "$ORIGIN/../pkg.libs");
  scene.wheel.files["pkg.libs/libgomp-11111111.so.1"] = library({}, "libgomp-11111111.so.1");
  scene.wheel.files["pkg.libs/libgomp-22222222.so.1"] = library({}, "libgomp-22222222.so.1");
  EXPECT_EQ(lines_of(verify(scene)),
            Lines{start +
                  "pkg/a.so loads together: pkg.libs/libgomp-11111111.so.1 (for a.so); "
                  "pkg.libs/libgomp-22222222.so.1 (for a.so)" +
                  advice});
  scene.wheel.files["pkg/a.so"] = library({"libgomp-11111111.so.1"}, "", "$ORIGIN/../pkg.libs");
  scene.wheel.files["pkg/b.so"] = library({"libgomp-22222222.so.1"}, "", "$ORIGIN/../pkg.libs");
  EXPECT_EQ(lines_of(verify(scene)), Lines{start +
                                           "a process that imports all of it has side by side: "
                                           "pkg.libs/libgomp-11111111.so.1 (for a.so); "
                                           "pkg.libs/libgomp-22222222.so.1 (for b.so)" +
                                           advice});
  EXPECT_TRUE(verify(scene).ok());
}

TEST(VerifyWheel, TwoOfLlvmsOpenMpEndAProcess) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] =
      library({"libomp-11111111.so.5", "libb.so"}, "", "$ORIGIN:$ORIGIN/../pkg.libs");
  scene.wheel.files["pkg/libb.so"] = library({"libiomp5.so"}, "libb.so", "$ORIGIN/../pkg.libs");
  scene.wheel.files["pkg.libs/libomp-11111111.so.5"] = library({}, "libomp-11111111.so.5");
  scene.wheel.files["pkg.libs/libiomp5.so"] = library({}, "libiomp5.so");
  EXPECT_EQ(lines_of(verify(scene)),
            Lines{"error runtime pkg.libs/libomp-11111111.so.5: one of 2 copies of OpenMP, each "
                  "with a state of its own, which pkg/a.so loads together, and the second ends the "
                  "process (OMP: Error #15): pkg.libs/libomp-11111111.so.5 (for a.so); "
                  "pkg.libs/libiomp5.so (for libb.so) (let one package bring it, and --exclude it "
                  "when the others are repaired)"});
}

TEST(VerifyWheel, CopiesThatKeepToThemselvesAreARemark) {
  Scene scene;
  for (const std::string name : {"libopenblas-11111111.so.0", "libscipy_openblas64_-22222222.so"})
    scene.wheel.files["pkg/" + name] = library({}, name);
  const Verification verification = verify(scene);
  ASSERT_EQ(verification.findings.size(), 1u);
  EXPECT_EQ(verification.findings[0].severity, Severity::kRemark);
  EXPECT_EQ(verification.findings[0].check, Check::kRuntime);
}

TEST(VerifyWheel, RuntimeOfTheSystemIsACopyToo) {
  Scene scene;
  scene.wheel.tag = kPortable;
  scene.add("/usr/lib/libstdc++.so.6", library({}, "libstdc++.so.6"));
  scene.wheel.files["pkg/a.so"] = library({"libstdc++.so.6"});
  scene.wheel.files["pkg/b.so"] = library({"libstdc++-11111111.so.6"}, "", "$ORIGIN");
  scene.wheel.files["pkg/libstdc++-11111111.so.6"] = library({}, "libstdc++-11111111.so.6");
  const Lines lines = lines_of(verify(scene));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("/usr/lib/libstdc++.so.6 (for a.so); "
                          "pkg/libstdc++-11111111.so.6 (for b.so)"),
            std::string::npos)
      << lines[0];
}

TEST(VerifyWheel, OneNameForTwoLibrariesServesWhoComesFirst) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({"libx.so.1"}, "", "$ORIGIN/one");
  scene.wheel.files["pkg/b.so"] = library({"libx.so.1"}, "", "$ORIGIN/two");
  scene.wheel.files["pkg/one/libx.so.1"] = library({}, "libx.so.1", "", "one");
  scene.wheel.files["pkg/two/libx.so.1"] = library({}, "libx.so.1", "", "two");
  EXPECT_EQ(lines_of(verify(scene)),
            Lines{"warning same-name pkg/one/libx.so.1: the name libx.so.1 means different "
                  "libraries, and in one process the first that is loaded serves all: "
                  "pkg/one/libx.so.1 for a.so; pkg/two/libx.so.1 for b.so (give each a name of its "
                  "own, as elfwheel repair does)"});
  scene.wheel.files["pkg/two/libx.so.1"] = library({}, "libx.so.1", "", "one");
  const Verification twins = verify(scene);
  ASSERT_EQ(twins.findings.size(), 1u);
  EXPECT_EQ(twins.findings[0].check, Check::kDuplicate);
}

TEST(VerifyWheel, OneNameForTwoLibrariesOfOneExtension) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({"liby.so", "libx.so.1"}, "", "$ORIGIN");
  scene.wheel.files["pkg/libx.so.1"] = library({}, "libx.so.1", "", "one");
  // By the time that liby asks, a.so has brought its own.
  scene.wheel.files["pkg/liby.so"] = library({"libx.so.1"}, "liby.so", "$ORIGIN/two");
  scene.wheel.files["pkg/two/libx.so.1"] = library({}, "libx.so.1", "", "two");
  bool told = false;
  for (const Finding& finding : verify(scene).findings)
    told = told ||
           (finding.check == Check::kSameName &&
            finding.message.ends_with("pkg/libx.so.1 for a.so; pkg/two/libx.so.1 for liby.so"));
  EXPECT_TRUE(told);
}

TEST(VerifyWheel, OneLibraryUnderTwoNamesIsWorthAWarning) {
  Scene scene;
  scene.wheel.files["pkg/libq.so"] = library({}, "libq.so.1");
  scene.wheel.files["pkg/libq.so.1"] = library({}, "libq.so.1");
  EXPECT_EQ(lines_of(verify(scene)),
            Lines{"warning duplicate pkg/libq.so.1: has the same content as pkg/libq.so (keep one, "
                  "under the name that is needed)"});
}

TEST(VerifyWheel, CopiedLibraryThatNobodyNeedsIsWorthAWarning) {
  Scene scene;
  scene.wheel.files["pkg.libs/libdep-01234567.so.1"] = library({}, "libdep-01234567.so.1");
  EXPECT_EQ(lines_of(verify(scene)),
            Lines{"warning unused pkg.libs/libdep-01234567.so.1: no file needs it or names it "
                  "(leave it out)"});
}

TEST(VerifyWheel, CopiedLibraryThatIsOpenedByNameIsUsed) {
  Scene scene;
  const std::string name = "libdep-01234567.so.1";
  scene.wheel.files["pkg.libs/" + name] = library({}, name);
  scene.wheel.files["pkg/a.so"] = library({}, "", "", "opens " + name);
  EXPECT_EQ(lines_of(verify(scene)), Lines{});
  scene.wheel.files["pkg/a.so"] =
      test::library_with_notes({}, test::dlopen_note("[{\"soname\":[\"" + name + "\"]}]"));
  EXPECT_EQ(lines_of(verify(scene)), Lines{});
  scene.wheel.files["pkg/a.so"] = library({});
  scene.wheel.files["pkg/load.py"] = "ctypes.CDLL(root / '" + name + "')\n";
  EXPECT_EQ(lines_of(verify(scene)), Lines{});
}

TEST(VerifyWheel, PurelibIsNoPlaceForElfFiles) {
  Scene scene;
  scene.wheel.root_is_purelib = true;
  scene.wheel.files["pkg/a.so"] = library({});
  EXPECT_EQ(lines_of(verify(scene)),
            Lines{"warning place pkg/a.so: is installed to purelib, the place of files for every "
                  "machine (write Root-Is-Purelib: false, and use .data/platlib)"});
}

TEST(VerifyWheel, UnreadableElfFileIsAnError) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({}).substr(0, 60);
  try {
    verify(scene);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).substr(0, 10), "pkg/a.so: ");
  }
}

TEST(Verifier, WheelsGivenTogetherFindEachOther) {
  Scene user;
  user.wheel.distribution = "user";
  user.wheel.tag = kPortable;
  user.wheel.files["user/a.so"] = library({"libmath.so.0"}, "", "$ORIGIN/../math/lib");
  Scene math;
  math.wheel.distribution = "math";
  math.wheel.tag = "py3-none-manylinux_2_17_x86_64";
  math.wheel.files["math/lib/libmath.so.0"] = library({}, "libmath.so.0");

  EXPECT_FALSE(verify(user).ok());
  Verifier verifier(options_of(user));
  verifier.add(user.write_wheel());
  verifier.add(math.write_wheel());
  ASSERT_EQ(verifier.size(), 2u);
  EXPECT_EQ(lines_of(verifier.verify(0)), Lines{});
  EXPECT_EQ(lines_of(verifier.verify(1)), Lines{});
}

TEST(Verifier, WheelOfAnotherPythonIsNotInstalledAlong) {
  Scene user;
  user.wheel.distribution = "user";
  user.wheel.tag = kPortable;
  user.wheel.files["user/a.so"] = library({"libmath.so.0"}, "", "$ORIGIN/../math/lib");
  Scene math;
  math.wheel.distribution = "math";
  math.wheel.tag = "cp310-cp310-manylinux_2_17_x86_64";
  math.wheel.files["math/lib/libmath.so.0"] = library({}, "libmath.so.0");
  Verifier verifier(options_of(user));
  verifier.add(user.write_wheel());
  verifier.add(math.write_wheel());
  const Verification verification = verifier.verify(0);
  ASSERT_EQ(verification.findings.size(), 1u);
  EXPECT_EQ(verification.findings[0].layouts, Lines{"CPython 3.11 (lib)"});
}

TEST(Verifier, RuntimeOfAnotherWheelIsATwinUnlessItHasTheSameName) {
  Scene one;
  one.wheel.distribution = "one";
  one.wheel.files["one/libgomp-11111111.so.1"] = library({}, "libgomp-11111111.so.1");
  one.wheel.files["one/libgfortran-33333333.so.5"] = library({}, "libgfortran-33333333.so.5");
  Scene two;
  two.wheel.distribution = "two";
  two.wheel.files["two/libgomp-22222222.so.1"] = library({}, "libgomp-22222222.so.1");
  two.wheel.files["two/libgfortran-33333333.so.5"] = library({}, "libgfortran-33333333.so.5");
  Verifier verifier(options_of(one));
  verifier.add(one.write_wheel());
  verifier.add(two.write_wheel());
  EXPECT_EQ(lines_of(verifier.verify(0)),
            Lines{"warning runtime one/libgomp-11111111.so.1: one of 2 copies of OpenMP, each with "
                  "a state of its own, which a process that imports all of it has side by side: "
                  "one/libgomp-11111111.so.1; two/libgomp-22222222.so.1 of two (let one package "
                  "bring it, and --exclude it when the others are repaired)"});
}

TEST(WheelsOf, DirectoryStandsForItsWheels) {
  Scene scene;
  const std::string wheel = scene.write_wheel();
  scene.directory().write("in/README", "");
  EXPECT_EQ(wheels_of(scene.directory() / "in"), Lines{wheel});
  EXPECT_EQ(wheels_of(wheel), Lines{wheel});
}

}  // namespace
}  // namespace elfwheel::repair
