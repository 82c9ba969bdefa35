// The search path entries of installed files.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/paths.h"
#include "repair/rpaths.h"
#include "repair/verify_checks.h"

namespace elfwheel::repair {
namespace {

// Where the prefix would be if it were the virtual one: search paths are followed below that alone.
std::string virtual_directory(const Scene& scene, const std::string& path) {
  return std::string(kVirtualPrefix) +
         std::string(directory_name(path)).substr(scene.prefix.size());
}

bool leaves_everywhere(const RpathEntry& entry, const std::vector<Scene>& scenes, size_t file) {
  return std::none_of(scenes.begin(), scenes.end(), [&](const Scene& scene) {
    return entry_directory(entry, virtual_directory(scene, scene.paths[file])).has_value();
  });
}

// Directories where every user of a machine may put a library.
bool is_open_to_all(const std::string& directory) {
  const std::string normal = normalize_path(directory);
  return is_within(normal, "/tmp") || is_within(normal, "/var/tmp") ||
         is_within(normal, "/dev/shm");
}

// What is wrong with an entry, or nothing. `portable`: the wheel's tag promises other machines.
std::optional<Finding> judge_entry(const RpathEntry& entry, const std::vector<Scene>& scenes,
                                   size_t file, bool portable, bool closed) {
  Finding finding;
  finding.check = Check::kRpath;
  finding.severity = portable ? Severity::kError : Severity::kWarning;
  finding.advice = "elfwheel repair writes a list that is right after installation";
  const std::string quoted = "rpath entry \"" + entry.text + "\"";
  if (entry.text.empty()) {
    finding.severity = Severity::kError;
    finding.message = "empty rpath entry: libraries are taken from the current directory";
  } else if (entry.text.front() == '/') {
    // Where nobody else can write it costs a look only; what needs it is check_needs's matter.
    finding.severity = is_open_to_all(entry.text) ? Severity::kError : Severity::kWarning;
    finding.message = quoted + " is an absolute directory of the build machine";
    if (finding.severity == Severity::kError)
      finding.message += ", in which every user may put a library";
  } else if (!entry.relative && entry.text.front() == '$') {
    finding.severity = Severity::kWarning;
    finding.message = quoted + " means another directory on each system";
  } else if (!entry.relative) {
    finding.severity = Severity::kError;
    finding.message = quoted + " depends on the current directory";
  } else if (closed && leaves_everywhere(entry, scenes, file)) {
    finding.message = quoted + " leads out of the environment";
  } else {
    return std::nullopt;
  }
  return finding;
}

std::string search_path_of(const elf::ElfFile& file) {
  return std::string(file.runpath().value_or(file.rpath().value_or("")));
}

}  // namespace

std::vector<Finding> check_rpaths(const CheckedFiles& checked, const std::vector<Scene>& scenes,
                                  bool closed) {
  std::vector<Finding> findings;
  for (size_t i = 0; i < checked.files.size(); ++i) {
    const CheckedFile& file = checked.files[i];
    std::set<std::string> seen;
    for (const RpathEntry& entry : parse_search_path(search_path_of(*file.file))) {
      if (!seen.insert(entry.text).second) continue;
      auto finding = judge_entry(entry, scenes, i, checked.promises[file.promise].portable, closed);
      if (!finding) continue;
      finding->file = file.name;
      findings.push_back(*std::move(finding));
    }
  }
  return findings;
}

}  // namespace elfwheel::repair
