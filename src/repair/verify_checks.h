// The checks of a verification, one function each; docs/verify.md has the rules and their sources.
// Findings come in the order of the files.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "elfwheel/wheel/archive.h"
#include "repair/verify_processes.h"
#include "repair/verify_scene.h"

namespace elfwheel::repair {

// Does every file find its needs in each of `scenes`? By file, then name. `first`: of the first
// scene.
std::vector<Finding> check_needs(const CheckedFiles& checked, const std::vector<Scene>& scenes,
                                 const SceneProcesses& first, const VerifyOptions& options,
                                 const loader::ObjectCache& cache);

// Versions that a library which is there does not define. On paper the machine's own libraries are
// left out: which versions they must have is a matter of tags.
std::vector<Finding> check_versions(const CheckedFiles& checked, const Scene& scene,
                                    const SceneProcesses& processes);

// Search path entries that are no use, or a danger, once the file is installed. An entry that
// leaves the environment is told where it does so in every scene; `closed`: the scenes' prefixes
// are whole environments, so that there is something to leave.
std::vector<Finding> check_rpaths(const CheckedFiles& checked, const std::vector<Scene>& scenes,
                                  bool closed);

// What the program headers say: executable stacks, text relocations, static thread-local storage,
// alignment. `imported[i]`: a process opens files[i] while it runs (SceneProcesses::imported).
std::vector<Finding> check_segments(const CheckedFiles& checked, elf::Libc libc,
                                    const std::vector<bool>& imported);

// Extensions whose file name no Python imports that shall have them.
std::vector<Finding> check_extension_names(const CheckedFiles& checked);

// A file that is installed along, and is not checked now.
struct Neighbour {
  std::string file_name;
  std::string told;  // in messages
};

// Several copies or makes of a runtime that keeps state for a whole process.
std::vector<Finding> check_runtimes(const CheckedFiles& checked, const Scene& scene,
                                    const SceneProcesses& processes,
                                    const std::vector<Neighbour>& neighbours);

// One library under several names.
std::vector<Finding> check_twins(const CheckedFiles& checked);

// Names and symbols that mean something else than they were made for, in a process that imports
// what is checked as Python does: each with RTLD_LOCAL, in any order. `notes` gains a line when
// that cannot be told.
std::vector<Finding> check_bindings(const CheckedFiles& checked, const Scene& scene,
                                    const SceneProcesses& processes, const VerifyOptions& options,
                                    const loader::ObjectCache& cache,
                                    std::vector<std::string>& notes);

// Whether some Python file that belongs to files[i] has `text` in it.
using Mentions = std::function<bool(size_t file, const std::string& text)>;
// By all Python files of an archive, which must outlive the result. What can't be read has no text.
Mentions mentions_in(const wheel::Archive& archive);

// Files of a directory whose name ends in ".libs" that no file needs, opens by name or mentions.
std::vector<Finding> check_unused(const CheckedFiles& checked, const Mentions& mentions);

// What the checks of files ask beside the files.
struct Surroundings {
  elf::Libc libc = elf::Libc::kUnknown;
  bool closed = true;  // as for check_rpaths
  std::vector<Neighbour> neighbours;
  Mentions mentions;
};

// All of the above, in the order of enum Check. There is at least one scene.
void check_files(const CheckedFiles& checked, const std::vector<Scene>& scenes,
                 const Surroundings& around, const VerifyOptions& options, Verification& result);

}  // namespace elfwheel::repair
