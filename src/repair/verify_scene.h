// What the checks of a verification work on: ELF files, wherever they come from, and the places
// where a layout puts them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "elfwheel/elf/elf_file.h"
#include "elfwheel/policy/policy.h"
#include "elfwheel/repair/verify.h"

namespace elfwheel::repair {

// What a distribution may leave outside: the promise of its platform tag.
struct OutsideRule {
  policy::PolicySet policies;
  policy::PolicyIndex policy = 0;
  // Whether a tag promises that it runs elsewhere. Without one (linux_x86_64) what the newest
  // policy allows is allowed, and other libraries of this machine are worth a warning only.
  bool portable = false;
};

struct CheckedFile {
  std::string name;                    // for findings
  const elf::ElfFile* file = nullptr;  // never null once it is in a list
  bool is_program = false;
  bool is_extension = false;
  std::string digest;  // of the content, as RECORD has it; "" when unknown
  size_t rule = 0;     // index into CheckedFiles::rules
};

struct CheckedFiles {
  std::vector<CheckedFile> files;
  std::vector<OutsideRule> rules;
};

// One layout: where everything lies. Paths are absolute, normal and without links.
struct Scene {
  std::string label;
  const FileSystem* files = nullptr;
  std::string prefix;              // of the environment: the rest of the machine is outside
  std::vector<std::string> paths;  // of CheckedFiles::files[i]
  // Every ELF file of the environment that is known, by file name.
  std::multimap<std::string, std::string, std::less<>> bearers;
};

// Whether `path` is in the environment.
bool is_inside(const Scene& scene, const std::string& path);

// The rule for platform tags like those of a wheel's name. `policies` are of the files' own
// architecture and libc.
OutsideRule make_rule(policy::PolicySet policies, const std::vector<std::string>& platforms);

// Does every file find its needs in each of `scenes`? By file, then name.
std::vector<Finding> check_needs(const CheckedFiles& checked, const std::vector<Scene>& scenes,
                                 const VerifyOptions& options);

// Search path entries that are no use, or a danger, once the file is installed. An entry that
// leaves the environment is told where it does so in every scene; `closed`: the scenes' prefixes
// are whole environments, so that there is something to leave.
std::vector<Finding> check_rpaths(const CheckedFiles& checked, const std::vector<Scene>& scenes,
                                  bool closed);

// An executable stack.
std::vector<Finding> check_stacks(const CheckedFiles& checked);

// A file that is installed along, and is not checked now.
struct Neighbour {
  std::string file_name;
  std::string told;  // in messages
};

// Several copies of a runtime that keeps state for a whole process, and one library under several
// names.
std::vector<Finding> check_duplicates(const CheckedFiles& checked,
                                      const std::vector<Neighbour>& neighbours);

// Files in `directory` (of names, with a final '/') that no file needs.
std::vector<Finding> check_unused(const CheckedFiles& checked, const std::string& directory);

}  // namespace elfwheel::repair
