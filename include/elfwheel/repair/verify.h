// Whether wheels, or what was installed from them, work: every ELF file must find what it needs
// from the place it is installed to, in each layout that installers know, and RECORD must be exact.
//
// A wheel is installed on paper, over this machine's own files. What is not looked at: symbols, and
// what a program opens by name while it runs. Nothing is executed and nothing is written.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/loader/environment.h"

namespace elfwheel::repair {

enum class Severity { kError, kWarning };

// What a finding is about; "record", "tag", "needed", "rpath", "duplicate", "unused", "stack",
// "place" in words (check_name).
enum class Check { kRecord, kTag, kNeeded, kRpath, kDuplicate, kUnused, kStack, kPlace };
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
  std::vector<Finding> findings;     // by check, then in the order of the files
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

  // Takes in a wheel, or a directory: the prefix of an environment, its site-packages, or what
  // `pip install --target` made. Errors, without the path: what Wheel::open throws (RECORD's
  // disagreements are findings); kUsage for a directory with nothing installed in it.
  void add(const std::string& path);

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
