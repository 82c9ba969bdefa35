// Whether wheels, or what was installed from them, work: every ELF file must find what it needs
// from the place it is installed to, in each layout that installers know, and RECORD must be exact.
//
// A wheel is installed on paper, over this machine's own files. What each finding means, and where
// its rule comes from: docs/verify.md. What is not looked at: what a program opens by name while it
// runs, and symbols that nobody defines. Nothing is executed and nothing is written.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/loader/environment.h"

namespace elfwheel::repair {

// kError: it does not work, or only by luck. kWarning: it may not, or somebody should decide.
// kRemark: nothing to do, but worth knowing when something else goes wrong.
enum class Severity { kError, kWarning, kRemark };
// "error", "warning", "remark".
std::string_view severity_name(Severity severity);

// What a finding is about. Names never change: users filter by them.
enum class Check {
  kRecord,     // RECORD and content disagree
  kUnlisted,   // an ELF file that no RECORD lists
  kTag,        // file name, WHEEL and content disagree
  kAbi,        // an extension whose name no Python of the tags imports
  kPlace,      // ELF files in purelib
  kNeeded,     // a library that is not found
  kVersion,    // a symbol version that its library does not define
  kRpath,      // a search path entry that is no use, or a danger
  kRuntime,    // several copies of a runtime in one process
  kSameName,   // one name for two libraries
  kSymbols,    // libraries that take each other's place
  kDuplicate,  // one content under two names
  kUnused,     // a copied library that nothing needs
  kStack,      // an executable stack
  kTextrel,    // text relocations
  kStaticTls,  // thread-local storage that a process has little room for
  kPageSize,   // segments for small pages only
};
// "record", "unlisted", "tag", "abi", "place", "needed", "version", "rpath", "runtime",
// "same-name", "symbols", "duplicate", "unused", "stack", "textrel", "static-tls", "page-size".
std::string_view check_name(Check check);

struct Finding {
  Severity severity = Severity::kError;
  Check check = Check::kNeeded;
  std::string file;     // path in the archive, or below the directory; "" = the whole
  std::string message;  // what is wrong, one line
  std::string advice;   // what to do about it; may be empty
  std::vector<std::string> layouts{};  // those it is so in; empty where layouts don't matter
};

struct Verification {
  std::string path;                  // the wheel or directory, as it was named
  size_t elf_files = 0;              // looked at
  std::vector<std::string> layouts;  // labels; of layouts that are alike for this wheel, one
  std::vector<Finding> findings;     // check by check, in the order of the files
  std::vector<std::string> notes;    // files that were passed over and why, one line each
  size_t count(Severity severity) const;
  bool ok() const { return count(Severity::kError) == 0; }
};

struct VerifyOptions {
  // An installed environment has no LD_LIBRARY_PATH of its own: leave library_path unset.
  loader::LoaderEnvironment environment;
  // This machine; null = the host. Must outlive the Verifier. Wheels are always read from the host.
  const FileSystem* files = nullptr;
  // fnmatch(3) patterns for needed names and real paths that something else brings.
  std::vector<std::string> excludes;
  unsigned jobs = 0;  // threads; 0 = one per processor. The answer does not depend on it.
};

// The wheels in a directory that has any (sorted), else `path` itself: a wheel, or a directory that
// wheels were installed into.
std::vector<std::string> wheels_of(const std::string& path);

// Verifies inputs one by one. Wheels of different distributions are taken to be installed together:
// each one's files may find the others' in every layout that both can be installed to.
class Verifier {
 public:
  explicit Verifier(VerifyOptions options);
  Verifier(Verifier&&) noexcept;
  Verifier& operator=(Verifier&&) noexcept;
  ~Verifier();

  // Takes in a wheel, or a directory as add_environment() does. Errors, without the path: what
  // Wheel::open throws (RECORD's disagreements are findings).
  void add(const std::string& path);

  // Takes in a directory of VerifyOptions::files: the prefix of an environment, its site-packages,
  // or what `pip install --target` made. Errors, without the path: kUsage for a directory with
  // nothing installed in it, kNotFound.
  void add_environment(const std::string& path);

  // Inputs taken in so far.
  size_t size() const;

  // Verifies input `index`. Errors, without the path: kTruncated, kCorrupt, ... "FILE: ..." for a
  // file that is meant to be loaded and can't be read.
  Verification verify(size_t index);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace elfwheel::repair
