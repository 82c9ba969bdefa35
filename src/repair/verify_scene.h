// What the checks of a verification work on: ELF files, wherever they come from, and the places
// where a layout puts them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "elfwheel/elf/elf_file.h"
#include "elfwheel/policy/policy.h"
#include "elfwheel/repair/verify.h"
#include "elfwheel/wheel/install_scheme.h"

namespace elfwheel::repair {

// What the tags of a distribution promise.
struct Promise {
  // What may be left outside.
  policy::PolicySet policies;
  policy::PolicyIndex policy = 0;
  // Whether a tag promises that it runs elsewhere. Without one (linux_x86_64) what the newest
  // policy allows is allowed, and other libraries of this machine are worth a warning only.
  bool portable = false;
  // Who shall be able to import it; empty when nothing says so.
  std::vector<wheel::PythonVersion> pythons;
  // Whether they shall have it from one file of the stable ABI (cp39-abi3).
  bool stable_abi = false;
};

struct CheckedFile {
  std::string name;                    // for findings
  const elf::ElfFile* file = nullptr;  // never null once it is in a list
  bool is_program = false;
  bool is_extension = false;
  std::string digest;  // of the content, as RECORD has it; "" when unknown
  size_t promise = 0;  // index into CheckedFiles::promises
};

struct CheckedFiles {
  std::vector<CheckedFile> files;
  std::vector<Promise> promises;

  // Of a fault that this machine may overlook and others don't.
  Severity elsewhere(const CheckedFile& file) const {
    return promises[file.promise].portable ? Severity::kError : Severity::kWarning;
  }
};

// One layout: where everything lies. Paths are absolute, normal and without links.
struct Scene {
  std::string label;  // "" for an environment on disk
  const FileSystem* files = nullptr;
  std::string prefix;              // of the environment: the rest of the machine is outside
  std::vector<std::string> paths;  // of CheckedFiles::files[i]
  // Every ELF file of the environment that is known, by file name.
  std::multimap<std::string, std::string, std::less<>> bearers;
};

// Whether `path` is in the environment.
bool is_inside(const Scene& scene, const std::string& path);

// The promise of a wheel's tags to `pythons`. `policies` are of the files' own architecture and
// libc.
Promise make_promise(policy::PolicySet policies, const std::vector<wheel::Tag>& tags,
                     std::vector<wheel::PythonVersion> pythons);

// The policy that a platform tag is judged by; the newest one for other tags.
policy::PolicyIndex policy_of(const policy::PolicySet& policies, const std::string& platform);

}  // namespace elfwheel::repair
