// What a verification says of directories that wheels were installed into.
#include <gtest/gtest.h>

#include <deque>

#include "base/digest.h"
#include "elfwheel/base/error.h"
#include "elfwheel/repair/verify.h"
#include "scene.h"

namespace elfwheel::repair {
namespace {

using test::library;
using Lines = std::vector<std::string>;

constexpr const char* kSite = "/env/lib/python3.11/site-packages";

// An environment in memory, with one distribution called pkg.
class VerifyInstalled : public testing::Test {
 protected:
  VerifyInstalled() : machine_(make_memory_file_system()) {
    add("/usr/lib/libc.so.6", library({}, "libc.so.6"));
    options_.environment.read_system_files = false;
    options_.environment.default_directories = {"/usr/lib"};
    options_.environment.libc = elf::Libc::kGlibc;
    options_.files = machine_.get();
    options_.jobs = 2;
  }

  void add(const std::string& path, const std::string& content) {
    contents_.push_back(content);
    machine_->add_file(path, Bytes(std::string_view(contents_.back())));
  }

  // A file that pkg installed, `path` as RECORD has it.
  void install(const std::string& path, const std::string& content) {
    add(path.starts_with("../") ? "/env/" + path.substr(9) : site_ + "/" + path, content);
    record_ += path + ",sha256=" + digest_of(content) + "," + std::to_string(content.size()) + "\n";
  }

  static std::string digest_of(const std::string& content) {
    const Sha256 digest = sha256(Bytes(std::string_view(content)));
    return to_base64url(Bytes(digest.data(), digest.size()));
  }

  void finish(const std::string& platform = "manylinux_2_17_x86_64") {
    add(site_ + "/pkg-1.0.dist-info/RECORD", record_ + "pkg/__pycache__/x.pyc,,\n");
    add(site_ + "/pkg-1.0.dist-info/WHEEL",
        "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-" + platform + "\n");
  }

  Verification verify(const std::string& directory) {
    Verifier verifier(options_);
    verifier.add(directory);
    Verification verification = verifier.verify(0);
    EXPECT_EQ(verification.path, directory);
    EXPECT_EQ(verification.layouts, Lines{});
    return verification;
  }

  static Lines lines_of(const Verification& verification) {
    Lines lines;
    for (const Finding& finding : verification.findings) {
      EXPECT_EQ(finding.layouts, Lines{});
      lines.push_back(std::string(severity_name(finding.severity)) + " " +
                      std::string(check_name(finding.check)) + " " + finding.file + ": " +
                      finding.message + " (" + finding.advice + ")");
    }
    return lines;
  }

  std::string site_ = kSite;
  VerifyOptions options_;

 private:
  std::unique_ptr<MemoryFileSystem> machine_;
  std::deque<std::string> contents_;
  std::string record_;
};

TEST_F(VerifyInstalled, GoodEnvironmentIsFreeByPrefixAndBySitePackages) {
  add("/env/pyvenv.cfg", "");
  install("pkg/a.so", library({"b.so", "libc.so.6"}, "", "$ORIGIN/../../../../cyfes"));
  install("../../../cyfes/b.so", library({"libdep-01234567.so.1"}, "b.so",
                                         "$ORIGIN/../lib/python3.11/site-packages/pkg.libs"));
  install("pkg.libs/libdep-01234567.so.1", library({}, "libdep-01234567.so.1"));
  finish();
  for (const std::string directory : {"/env", kSite}) {
    const Verification verification = verify(directory);
    EXPECT_EQ(lines_of(verification), Lines{});
    EXPECT_EQ(verification.elf_files, 3u);
  }
}

TEST_F(VerifyInstalled, LibraryThatIsNotFoundIsNamed) {
  install("../../../cyfes/b.so", library({"libdep-01234567.so.1"}, "", "$ORIGIN/../pkg.libs"));
  install("pkg.libs/libdep-01234567.so.1", library({}, "libdep-01234567.so.1"));
  finish();
  EXPECT_EQ(lines_of(verify("/env")),
            Lines{"error needed cyfes/b.so: needs libdep-01234567.so.1, not found when installed; "
                  "searched /env/pkg.libs, /usr/lib (it is installed along: add "
                  "$ORIGIN/../lib/python3.11/site-packages/pkg.libs to the file's rpath)"});
}

TEST_F(VerifyInstalled, LibraryOutsideTheEnvironmentIsNamed) {
  add("/opt/lib/libdep.so.1", library({}, "libdep.so.1"));
  install("pkg/a.so", library({"libdep.so.1"}, "", "/opt/lib"));
  finish();
  EXPECT_EQ(
      lines_of(verify("/env")),
      (Lines{"error needed lib/python3.11/site-packages/pkg/a.so: needs libdep.so.1, found "
             "only on this machine when installed: /opt/lib/libdep.so.1 (copy it in with "
             "elfwheel repair, or --exclude it)",
             "warning rpath lib/python3.11/site-packages/pkg/a.so: rpath entry \"/opt/lib\" is "
             "an absolute directory of the build machine (elfwheel repair writes a list that "
             "is right after installation)"}));
}

TEST_F(VerifyInstalled, LinuxTagPromisesNoOtherMachine) {
  add("/opt/lib/libdep.so.1", library({}, "libdep.so.1"));
  install("pkg/a.so", library({"libdep.so.1"}, "", "/opt/lib"));
  finish("linux_x86_64");
  const Verification verification = verify("/env");
  EXPECT_EQ(verification.findings.size(), 2u);
  EXPECT_TRUE(verification.ok());
}

TEST_F(VerifyInstalled, ChangedAndMissingFilesAreTold) {
  install("pkg/a.py", "one");
  add(std::string(kSite) + "/pkg/a.py", "two");
  install("pkg/b.py", "three");
  add(std::string(kSite) + "/pkg/b.py", "four");
  install("pkg/c.py", "five");
  finish();
  const std::string record = std::string(kSite) + "/pkg-1.0.dist-info/RECORD";
  add(record,
      "pkg/a.py,sha256=di4E0Fv9Ft3HfO0WWfR7kCjaPC5lO7HHcPEf2lV8nhw,3\n"
      "pkg/b.py,sha256=i1AxDnYiDkc0Ygo6D3WFyspcEJL5Yc2KUBUsxZ3Ar4M,5\n"
      "pkg/gone.py,sha256=i1AxDnYiDkc0Ygo6D3WFyspcEJL5Yc2KUBUsxZ3Ar4M,5\n");
  const Lines lines = lines_of(verify("/env"));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].substr(0, lines[0].find(" says")),
            "error record lib/python3.11/site-packages/pkg/a.py: RECORD");
  EXPECT_EQ(lines[1],
            "error record lib/python3.11/site-packages/pkg/b.py: RECORD says 5 bytes, the file has "
            "4 (install the distribution anew)");
  EXPECT_EQ(lines[2],
            "error record lib/python3.11/site-packages/pkg/gone.py: listed in RECORD, but not "
            "readable: No such file or directory (install the distribution anew)");
}

TEST_F(VerifyInstalled, UnreadableRecordIsAFindingOfItsDistribution) {
  add(std::string(kSite) + "/bad-1.0.dist-info/RECORD", "one,two\n");
  install("pkg/a.py", "one");
  finish();
  const Lines lines = lines_of(verify("/env"));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].substr(0, lines[0].find(": ")),
            "error record lib/python3.11/site-packages/bad-1.0.dist-info/RECORD");
}

TEST_F(VerifyInstalled, DistributionWithoutRecordIsNoted) {
  add(std::string(kSite) + "/system-1.0.dist-info/METADATA", "");
  EXPECT_EQ(verify("/env").notes,
            Lines{"lib/python3.11/site-packages/system-1.0.dist-info: passed over: there is no "
                  "RECORD"});
}

TEST_F(VerifyInstalled, TargetDirectoryIsItsOwnPrefix) {
  site_ = "/target";
  install("pkg/a.so",
          library({"libdep-01234567.so.1"}, "", "$ORIGIN/../../../../cyfes:$ORIGIN/../pkg.libs"));
  install("pkg.libs/libdep-01234567.so.1", library({}, "libdep-01234567.so.1"));
  finish();
  const Verification verification = verify("/target");
  EXPECT_EQ(lines_of(verification), Lines{});
  EXPECT_EQ(verification.elf_files, 2u);
}

TEST_F(VerifyInstalled, RecordOfATargetDirectoryLeadsFromWherePipUnpacked) {
  const std::string library_text = library({}, "b.so");
  add("/target/cyfes/b.so", library_text);
  add("/target/pkg-1.0.dist-info/RECORD",
      "../../cyfes/b.so,sha256=" + digest_of(library_text) + ",\n../../bin/gone,sha256=AAAA,\n");
  const Verification verification = verify("/target");
  EXPECT_EQ(lines_of(verification),
            Lines{"error record bin/gone: listed in RECORD, but not readable: No such file or "
                  "directory (install the distribution anew)"});
  EXPECT_EQ(verification.elf_files, 1u);
}

TEST_F(VerifyInstalled, CompiledPythonFilesMayChange) {
  install("pkg/__pycache__/a.cpython-311.pyc", "one");
  add(std::string(kSite) + "/pkg/__pycache__/a.cpython-311.pyc", "other");
  finish();
  EXPECT_EQ(lines_of(verify("/env")), Lines{});
}

TEST_F(VerifyInstalled, ElfFileThatIsListedWithoutAHashIsLookedAt) {
  add(std::string(kSite) + "/pkg/a.so", library({"libgone.so.1"}, "", ""));
  add(std::string(kSite) + "/pkg-1.0.dist-info/RECORD",
      "pkg/a.so,,\npkg/gone.so,,\npkg-1.0.dist-info/RECORD,,\n");
  const Verification verification = verify("/env");
  EXPECT_EQ(verification.elf_files, 1u);
  const Lines lines = lines_of(verification);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].substr(0, lines[0].find(',')),
            "error needed lib/python3.11/site-packages/pkg/a.so: needs libgone.so.1");
}

TEST_F(VerifyInstalled, ElfFileThatNobodyListsIsWorthAWarning) {
  add("/env/pyvenv.cfg", "");
  add("/env/bin/python3.11", library({}));  // venv --copies
  install("pkg/a.so", library({}));
  install("../../../cyfes/b.so", library({}, "b.so"));
  add(site_ + "/pkg/sub/old.so", library({}));
  add(site_ + "/pkg/notes.txt", "text");
  add("/env/cyfes/old.so", library({}));
  finish();
  const std::string rest =
      ": an ELF file that no RECORD lists, and that was not looked at (remove "
      "it if it is left over)";
  EXPECT_EQ(lines_of(verify("/env")),
            (Lines{"warning unlisted lib/python3.11/site-packages/pkg/sub/old.so" + rest,
                   "warning unlisted cyfes/old.so" + rest}));
  // Whose package manager keeps the list elsewhere.
  add(site_ + "/system-1.0.dist-info/METADATA", "");
  EXPECT_EQ(lines_of(verify("/env")), Lines{"warning unlisted cyfes/old.so" + rest});
}

TEST_F(VerifyInstalled, UnusedCopyIsWorthAWarningUnlessItsOwnPackageNamesIt) {
  install("pkg.libs/libdep-01234567.so.1", library({}, "libdep-01234567.so.1"));
  finish();
  EXPECT_EQ(lines_of(verify("/env")),
            Lines{"warning unused lib/python3.11/site-packages/pkg.libs/libdep-01234567.so.1: no "
                  "file needs it or names it (leave it out)"});
  install("pkg/load.py", "CDLL('libdep-01234567.so.1')");
  finish();
  EXPECT_EQ(lines_of(verify("/env")), Lines{});
}

TEST_F(VerifyInstalled, BrokenElfFileIsAFinding) {
  install("pkg/a.so", library({}).substr(0, 60));
  finish();
  EXPECT_EQ(
      lines_of(verify("/env")),
      Lines{"error needed lib/python3.11/site-packages/pkg/a.so: can't be loaded: ELF header: "
            "offset 0x0 + size 0x40 exceeds the 0x3c bytes available ()"});
}

TEST_F(VerifyInstalled, EmptyEnvironmentIsGoodAndAnotherDirectoryIsNone) {
  add("/env/pyvenv.cfg", "");
  EXPECT_TRUE(verify("/env").ok());
  try {
    verify("/usr");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_STREQ(error.what(), "holds neither wheels nor installed distributions");
  }
}

}  // namespace
}  // namespace elfwheel::repair
