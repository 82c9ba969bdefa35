#include "repair/verify_processes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "wheel/parallel.h"

namespace elfwheel::repair {
namespace {

// The checked files that the process of each file loads, without that file.
std::vector<std::set<size_t>> list_loads(const SceneProcesses& processes) {
  std::vector<std::set<size_t>> loads(processes.maps.size());
  for (size_t root = 0; root < loads.size(); ++root) {
    for (const loader::LoadedObject& object : processes.maps[root].objects)
      if (const auto file = processes.find_file(object)) loads[root].insert(*file);
    loads[root].erase(root);
  }
  return loads;
}

std::vector<size_t> list_roots(const CheckedFiles& checked,
                               const std::vector<std::set<size_t>>& loads) {
  std::set<size_t> loaded;
  for (const std::set<size_t>& each : loads) loaded.insert(each.begin(), each.end());
  std::vector<size_t> roots;
  std::set<size_t> covered;
  const auto choose = [&](size_t file) {
    roots.push_back(file);
    covered.insert(file);
    covered.insert(loads[file].begin(), loads[file].end());
  };
  for (size_t i = 0; i < loads.size(); ++i) {
    const CheckedFile& file = checked.files[i];
    if (file.is_extension || file.is_program || loaded.count(i) == 0) choose(i);
  }
  for (size_t i = 0; i < loads.size(); ++i)
    if (covered.count(i) == 0) choose(i);
  std::sort(roots.begin(), roots.end());
  return roots;
}

}  // namespace

std::optional<size_t> SceneProcesses::find_file(const loader::LoadedObject& object) const {
  const auto found = file_of_path.find(object.real_path);
  if (found == file_of_path.end()) return std::nullopt;
  return found->second;
}

SceneProcesses start_processes(const CheckedFiles& checked, const Scene& scene,
                               const VerifyOptions& options, const loader::ObjectCache& cache) {
  SceneProcesses processes;
  for (size_t i = 0; i < scene.paths.size(); ++i) processes.file_of_path.emplace(scene.paths[i], i);
  processes.maps.resize(checked.files.size());
  wheel::parallel_for(processes.maps.size(), options.jobs, [&](size_t i) {
    processes.maps[i] = with_where(checked.files[i].name, [&] {
      return loader::resolve(*scene.files, scene.paths[i], options.environment, cache);
    });
  });
  choose_roots(checked, processes);
  return processes;
}

void choose_roots(const CheckedFiles& checked, SceneProcesses& processes) {
  const std::vector<std::set<size_t>> loads = list_loads(processes);
  processes.roots = list_roots(checked, loads);
  processes.imported.assign(checked.files.size(), false);
  for (const size_t root : processes.roots) {
    if (checked.files[root].is_program) continue;
    processes.imported[root] = true;
    for (const size_t file : loads[root]) processes.imported[file] = true;
  }
}

std::string told_name(const CheckedFiles& checked, const Scene& scene,
                      const SceneProcesses& processes, const loader::LoadedObject& object) {
  if (const auto file = processes.find_file(object)) return checked.files[*file].name;
  if (!is_inside(scene, object.real_path)) return object.real_path;
  return "<prefix>/" + relative_path(scene.prefix, object.real_path);
}

std::string short_list(const std::vector<std::string>& names, size_t shown) {
  // "and 1 more" says less than the name.
  if (names.size() <= shown + 1) shown = names.size();
  std::string text =
      fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<long>(shown), ", "));
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

}  // namespace elfwheel::repair
