// The checks of a verification that look at files one by one, or at their names.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/paths.h"
#include "elfwheel/loader/library_names.h"
#include "repair/rpaths.h"
#include "repair/verify_scene.h"

namespace elfwheel::repair {
namespace {

// PEP 600, PEP 656: manylinux_2_30_x86_64 -> 2, 30.
std::optional<std::pair<int, int>> find_release(std::string_view platform) {
  for (const std::string_view start : {"manylinux_", "musllinux_"}) {
    if (!platform.starts_with(start)) continue;
    const std::string_view rest = platform.substr(start.size());
    const char* const end = rest.data() + rest.size();
    int major = 0;
    int minor = 0;
    const auto first = std::from_chars(rest.data(), end, major);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != '_') return std::nullopt;
    if (std::from_chars(first.ptr + 1, end, minor).ec != std::errc()) return std::nullopt;
    return std::pair(major, minor);
  }
  return std::nullopt;
}

// A release without a policy of its own is judged as the next newer one that has one.
policy::PolicyIndex policy_of(const policy::PolicySet& policies, const std::string& platform) {
  if (const auto found = policies.find(platform)) return *found;
  const auto release = find_release(platform);
  for (policy::PolicyIndex i = 0; release && i < policies.linux_index(); ++i)
    if (std::pair(policies[i].major, policies[i].minor) >= *release) return i;
  return policies.newest();
}

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
    finding.message = quoted + " is an absolute directory of the build machine";
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

// Files of one name are no twins: their SONAMEs are the same, and the loader takes the first.
std::vector<Finding> find_runtime_twins(const CheckedFiles& checked,
                                        const std::vector<Neighbour>& neighbours) {
  struct Copies {
    std::vector<std::string> told;
    std::set<std::string, std::less<>> file_names;
  };
  std::map<std::string, Copies> copies_of;
  const auto add = [&](const std::string& runtime, std::string_view file_name,
                       const std::string& told) {
    Copies& copies = copies_of[runtime];
    if (copies.file_names.emplace(file_name).second) copies.told.push_back(told);
  };
  for (const CheckedFile& file : checked.files) {
    const std::string runtime(loader::find_runtime(base_name(file.name)).library);
    if (!runtime.empty()) add(runtime, base_name(file.name), file.name);
  }
  for (const Neighbour& neighbour : neighbours) {
    const std::string runtime(loader::find_runtime(neighbour.file_name).library);
    if (copies_of.count(runtime) != 0) add(runtime, neighbour.file_name, neighbour.told);
  }
  std::vector<Finding> findings;
  for (const auto& [runtime, copies] : copies_of) {
    if (copies.told.size() < 2) continue;
    findings.push_back({Severity::kWarning, Check::kDuplicate, copies.told.front(),
                        fmt::format("one of {} copies of {}, which a process may load together: {}",
                                    copies.told.size(), runtime, fmt::join(copies.told, ", ")),
                        "let one package bring it, and --exclude it when the others are repaired"});
  }
  return findings;
}

// What a chain of links becomes in a zip: a process that needs two of the names loads it twice.
std::vector<Finding> find_content_twins(const CheckedFiles& checked) {
  std::map<std::string, std::vector<std::string>> by_digest;
  for (const CheckedFile& file : checked.files)
    if (!file.digest.empty()) by_digest[file.digest].push_back(file.name);
  std::vector<Finding> findings;
  for (const CheckedFile& file : checked.files) {
    const auto& names = by_digest[file.digest];
    if (names.size() < 2 || names.front() == file.name) continue;
    findings.push_back({Severity::kWarning, Check::kDuplicate, file.name,
                        "has the same content as " + names.front(),
                        "keep one, under the name that is needed"});
  }
  return findings;
}

}  // namespace

OutsideRule make_rule(policy::PolicySet policies, const std::vector<std::string>& platforms) {
  OutsideRule rule{std::move(policies), 0, false};
  rule.policy = rule.policies.linux_index();
  for (const std::string& platform : platforms) {
    if (!platform.starts_with("manylinux") && !platform.starts_with("musllinux")) continue;
    rule.policy = std::min(rule.policy, policy_of(rule.policies, platform));
    rule.portable = true;
  }
  return rule;
}

std::vector<Finding> check_rpaths(const CheckedFiles& checked, const std::vector<Scene>& scenes,
                                  bool closed) {
  std::vector<Finding> findings;
  for (size_t i = 0; i < checked.files.size(); ++i) {
    const CheckedFile& file = checked.files[i];
    std::set<std::string> seen;
    for (const RpathEntry& entry : parse_search_path(search_path_of(*file.file))) {
      if (!seen.insert(entry.text).second) continue;
      auto finding = judge_entry(entry, scenes, i, checked.rules[file.rule].portable, closed);
      if (!finding) continue;
      finding->file = file.name;
      findings.push_back(*std::move(finding));
    }
  }
  return findings;
}

std::vector<Finding> check_stacks(const CheckedFiles& checked) {
  std::vector<Finding> findings;
  for (const CheckedFile& file : checked.files) {
    const elf::Segment* const stack = file.file->find_segment(elf::PT_GNU_STACK);
    if (stack != nullptr && (stack->p_flags & elf::PF_X) != 0)
      findings.push_back({Severity::kWarning, Check::kStack, file.name,
                          "asks for an executable stack, which hardened systems refuse",
                          "link it with -z noexecstack"});
  }
  return findings;
}

std::vector<Finding> check_duplicates(const CheckedFiles& checked,
                                      const std::vector<Neighbour>& neighbours) {
  std::vector<Finding> findings = find_runtime_twins(checked, neighbours);
  for (Finding& finding : find_content_twins(checked)) findings.push_back(std::move(finding));
  return findings;
}

std::vector<Finding> check_unused(const CheckedFiles& checked, const std::string& directory) {
  std::set<std::string_view> needed;
  for (const CheckedFile& file : checked.files)
    for (const std::string_view name : file.file->needed()) needed.insert(name);
  std::vector<Finding> findings;
  for (const CheckedFile& file : checked.files) {
    if (!file.name.starts_with(directory)) continue;
    const auto soname = file.file->soname();
    if (needed.count(base_name(file.name)) != 0 || (soname && needed.count(*soname) != 0)) continue;
    findings.push_back({Severity::kWarning, Check::kUnused, file.name,
                        "no file of the wheel needs it", "leave it out"});
  }
  return findings;
}

}  // namespace elfwheel::repair
