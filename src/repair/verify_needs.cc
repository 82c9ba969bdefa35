// Whether every file of an environment finds its needs, in the company in which a process loads it.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/paths.h"
#include "repair/elf_members.h"
#include "repair/installed_view.h"
#include "repair/patterns.h"
#include "repair/searched_directories.h"
#include "repair/verify_checks.h"

namespace elfwheel::repair {
namespace {

using loader::LinkMap;
using loader::LoadedObject;
using loader::Request;

// Labels in a message; JSON has them all.
constexpr size_t kNamedLayouts = 3;

enum class Answer { kOutside, kMissing };

// One need that is not as it should be, in one layout.
struct Trouble {
  Answer answer = Answer::kMissing;
  std::string problem;                // kOutside: the library's path; kMissing: what ld.so says
  std::vector<std::string> searched;  // kMissing
  std::string way;                    // the rpath entry that would lead to it, or ""
};

struct NeedOf {
  size_t file = 0;
  std::string name;
  friend auto operator<=>(const NeedOf&, const NeedOf&) = default;
};

// What climbs out of the virtual prefix is told as seen from it.
std::string seen_from_prefix(const std::string& directory) {
  const std::string root(kVirtualPrefix.substr(0, kVirtualPrefix.find('/', 1)));
  if (!is_within(directory, root)) return directory;
  return "<prefix>/" + relative_path(kVirtualPrefix, directory);
}

std::string comma_list(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string layout_list(const std::vector<std::string>& labels) {
  const size_t shown = std::min(labels.size(), kNamedLayouts);
  std::string text = comma_list({labels.begin(), labels.begin() + static_cast<long>(shown)});
  if (labels.size() > shown) text += fmt::format(" and {} more", labels.size() - shown);
  return text;
}

class SceneCheck {
 public:
  SceneCheck(const CheckedFiles& checked, const Scene& scene, const SceneProcesses& processes,
             const VerifyOptions& options)
      : checked_(checked), scene_(scene), processes_(processes), options_(options) {}

  std::map<NeedOf, Trouble> run() const {
    std::map<NeedOf, Trouble> troubles;
    for (const size_t root : processes_.roots) {
      const LinkMap& map = processes_.maps[root];
      for (const Request& request : map.requests) {
        const auto asker =
            request.asker == 0 ? root : processes_.find_file(map.objects[request.asker]);
        if (!asker) continue;
        auto trouble = judge(*asker, map, request);
        if (!trouble) continue;
        const auto [known, is_new] = troubles.try_emplace({*asker, request.name}, *trouble);
        if (!is_new && known->second.answer < trouble->answer) known->second = *std::move(trouble);
      }
    }
    return troubles;
  }

 private:
  std::optional<Trouble> judge(size_t asker, const LinkMap& map, const Request& request) const {
    const CheckedFile& file = checked_.files[asker];
    const LoadedObject* const object = request.object ? &map.objects[*request.object] : nullptr;
    if (object != nullptr && is_inside(scene_, object->real_path)) return std::nullopt;
    if (may_be_outside(file, request, object)) return std::nullopt;
    Trouble trouble;
    trouble.way = find_way(asker, request.name);
    if (object != nullptr) {
      trouble.answer = Answer::kOutside;
      trouble.problem = object->real_path;
      return trouble;
    }
    if (request.tag != elf::DT_NEEDED && request.fatal.empty()) return std::nullopt;
    trouble.problem = readable_path(request.fatal);
    for (const std::string& directory : searched_directories(request))
      trouble.searched.push_back(seen_from_prefix(directory));
    return trouble;
  }

  bool may_be_outside(const CheckedFile& file, const Request& request,
                      const LoadedObject* object) const {
    const Promise& promise = checked_.promises[file.promise];
    const bool python = is_libpython(request.name) && !file.is_program;
    if (policy::is_loader_name(request.name) || python || is_excluded(request.name, object))
      return true;
    return promise.policies.allows_library(
        promise.portable ? promise.policy : promise.policies.newest(), request.name);
  }

  bool is_excluded(const std::string& name, const LoadedObject* object) const {
    const auto& patterns = options_.excludes;
    return matches_any(patterns, name) ||
           (object != nullptr && matches_any(patterns, object->real_path));
  }

  // The rpath entry from the asker to a file of the environment that bears the name.
  std::string find_way(size_t asker, const std::string& name) const {
    const auto bearer = scene_.bearers.find(name);
    if (bearer == scene_.bearers.end()) return "";
    const std::string way =
        relative_path(directory_name(scene_.paths[asker]), directory_name(bearer->second));
    return way == "." ? "$ORIGIN" : "$ORIGIN/" + way;
  }

  const CheckedFiles& checked_;
  const Scene& scene_;
  const SceneProcesses& processes_;
  const VerifyOptions& options_;
};

// The troubles of one need in all layouts, as findings.
class NeedReport {
 public:
  NeedReport(const NeedOf& need, size_t layout_count) : need_(need), layout_count_(layout_count) {}

  void add(const std::string& label, const Trouble& trouble) {
    auto& labels = trouble.answer == Answer::kMissing ? missing_ : outside_;
    if (labels.empty()) (trouble.answer == Answer::kMissing ? lost_ : strayed_) = trouble;
    labels.push_back(label);
    if (!trouble.way.empty() && std::find(ways_.begin(), ways_.end(), trouble.way) == ways_.end())
      ways_.push_back(trouble.way);
  }

  void append_to(std::vector<Finding>& findings, const CheckedFile& file,
                 const Promise& promise) const {
    if (!missing_.empty())
      findings.push_back(
          {Severity::kError, Check::kNeeded, file.name, missing_text(), advice(), named(missing_)});
    if (!outside_.empty())
      findings.push_back({promise.portable ? Severity::kError : Severity::kWarning, Check::kNeeded,
                          file.name, outside_text(), advice(), named(outside_)});
  }

 private:
  std::string missing_text() const {
    std::string text = fmt::format("needs {}, not found when installed", need_.name);
    text += layout_text(missing_);
    if (!lost_.problem.empty()) text += "; " + lost_.problem;
    if (!lost_.searched.empty()) text += "; searched " + comma_list(lost_.searched);
    return text;
  }

  std::string outside_text() const {
    return fmt::format("needs {}, found only on this machine when installed{}: {}", need_.name,
                       layout_text(outside_), strayed_.problem);
  }

  // An environment on disk has one layout, without a label.
  static std::vector<std::string> named(const std::vector<std::string>& labels) {
    return labels.front().empty() ? std::vector<std::string>() : labels;
  }

  std::string layout_text(const std::vector<std::string>& labels) const {
    if (labels.front().empty()) return "";
    std::string text = " as " + layout_list(labels);
    if (labels.size() < layout_count_)
      text += fmt::format(" ({} of {} layouts)", labels.size(), layout_count_);
    return text;
  }

  std::string advice() const {
    if (!ways_.empty())
      return fmt::format("it is installed along: add {} to the file's rpath",
                         fmt::join(ways_, ":"));
    const bool installed = (missing_.empty() ? outside_ : missing_).front().empty();
    const std::string_view together = installed ? "" : ", verify it with the wheel that has it";
    return fmt::format("{}{}, or --exclude it",
                       missing_.empty() ? "copy it in with elfwheel repair"
                                        : "repair the wheel on a machine that has it",
                       together);
  }

  const NeedOf& need_;
  size_t layout_count_;
  std::vector<std::string> missing_;  // labels
  std::vector<std::string> outside_;
  Trouble lost_;  // the first of each kind
  Trouble strayed_;
  std::vector<std::string> ways_;
};

}  // namespace

std::vector<Finding> check_needs(const CheckedFiles& checked, const std::vector<Scene>& scenes,
                                 const SceneProcesses& first, const VerifyOptions& options,
                                 const loader::ObjectCache& cache) {
  std::map<NeedOf, std::vector<std::pair<std::string, Trouble>>> troubles;
  for (const Scene& scene : scenes) {
    SceneProcesses others;
    if (&scene != &scenes.front()) others = start_processes(checked, scene, options, cache);
    const SceneProcesses& processes = &scene == &scenes.front() ? first : others;
    for (auto& [need, trouble] : SceneCheck(checked, scene, processes, options).run())
      troubles[need].emplace_back(scene.label, std::move(trouble));
  }
  std::vector<Finding> findings;
  for (const auto& [need, in_layouts] : troubles) {
    NeedReport report(need, scenes.size());
    for (const auto& [label, trouble] : in_layouts) report.add(label, trouble);
    const CheckedFile& file = checked.files[need.file];
    report.append_to(findings, file, checked.promises[file.promise]);
  }
  return findings;
}

std::vector<Finding> check_versions(const CheckedFiles& checked, const Scene& scene,
                                    const SceneProcesses& processes) {
  std::vector<Finding> findings;
  std::set<std::tuple<size_t, std::string, std::string>> told;
  for (const size_t root : processes.roots) {
    const LinkMap& map = processes.maps[root];
    for (const loader::MissingVersion& missing : map.missing_versions) {
      const auto asker =
          missing.asker == 0 ? root : processes.find_file(map.objects[missing.asker]);
      const LoadedObject& library = map.objects[missing.library];
      const bool on_paper = !scene.label.empty();
      const bool inside = is_inside(scene, library.real_path);
      if (!asker || (on_paper && !inside)) continue;
      if (!told.emplace(*asker, library.real_path, missing.version).second) continue;
      findings.push_back(
          {Severity::kError, Check::kVersion, checked.files[*asker].name,
           fmt::format("needs the version {} of {}, which {} does not define", missing.version,
                       library.name, told_name(checked, scene, processes, library)),
           inside ? "put the library in that it was linked with"
                  : "this system is too old for it"});
    }
  }
  return findings;
}

}  // namespace elfwheel::repair
