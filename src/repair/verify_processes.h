// What a process loads that starts from a file of a scene, for all its files.
//
// A library that others need is judged where they load it: it may live on their DT_RPATH, or on
// what they have loaded before. A file that nothing needs (an extension, a program, a library that
// is opened by path) has to find everything by itself.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "elfwheel/loader/resolve.h"
#include "repair/verify_scene.h"

namespace elfwheel::repair {

struct SceneProcesses {
  std::vector<loader::LinkMap> maps;  // of the process that starts from CheckedFiles::files[i]
  // Files that a process begins with: extensions, programs, and what no other file loads. Of a ring
  // of libraries that need each other, the first. In the order of the files.
  std::vector<size_t> roots;
  // Whether files[i] comes into a process that runs already: it, or what loads it, is no program.
  std::vector<bool> imported;
  std::unordered_map<std::string, size_t> file_of_path;

  // The checked file that an object is, or nothing for one that is not checked.
  std::optional<size_t> find_file(const loader::LoadedObject& object) const;
};

// Errors: "FILE: ..." for a file that cannot be resolved (loader::resolve).
SceneProcesses start_processes(const CheckedFiles& checked, const Scene& scene,
                               const VerifyOptions& options, const loader::ObjectCache& cache);

// Chooses roots, and says what is imported, by maps and file_of_path.
void choose_roots(const CheckedFiles& checked, SceneProcesses& processes);

// What messages call an object: a checked file's name; "<prefix>/..." for another one of the
// environment; else its path.
std::string told_name(const CheckedFiles& checked, const Scene& scene,
                      const SceneProcesses& processes, const loader::LoadedObject& object);

// The names of the first few files, and how many more there are: "a, b and 2 more".
std::string short_list(const std::vector<std::string>& names, size_t shown = 3);

}  // namespace elfwheel::repair
