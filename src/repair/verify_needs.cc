// Resolves every file of an environment in the company in which a process loads it.
//
// A library that others need is judged where they load it: it may live on their DT_RPATH, or on
// what they have loaded before. A file that nothing needs (an extension, a program, a library that
// is opened by path) has to find everything by itself.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/loader/resolve.h"
#include "repair/elf_members.h"
#include "repair/installed_view.h"
#include "repair/patterns.h"
#include "repair/searched_directories.h"
#include "repair/verify_scene.h"
#include "wheel/parallel.h"

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

// What the process that starts from one file comes to.
struct Process {
  std::set<size_t> loads;  // checked files, without the root
  std::map<NeedOf, Trouble> troubles;
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
  SceneCheck(const CheckedFiles& checked, const Scene& scene, const VerifyOptions& options,
             const loader::ObjectCache& cache)
      : checked_(checked), scene_(scene), options_(options), cache_(cache) {
    for (size_t i = 0; i < scene.paths.size(); ++i) file_of_path_.emplace(scene.paths[i], i);
  }

  std::map<NeedOf, Trouble> run() {
    std::vector<Process> processes(checked_.files.size());
    wheel::parallel_for(processes.size(), options_.jobs,
                        [&](size_t i) { processes[i] = start(i); });
    std::map<NeedOf, Trouble> troubles;
    for (const size_t root : choose_roots(processes)) {
      for (auto& [need, trouble] : processes[root].troubles) {
        const auto [known, is_new] = troubles.try_emplace(need, trouble);
        if (!is_new && known->second.answer < trouble.answer) known->second = trouble;
      }
    }
    return troubles;
  }

 private:
  Process start(size_t root) const {
    const LinkMap map = with_where(checked_.files[root].name, [&] {
      return loader::resolve(*scene_.files, scene_.paths[root], options_.environment, cache_);
    });
    Process process;
    for (size_t object = 1; object < map.objects.size(); ++object)
      if (const auto file = find_file(map.objects[object])) process.loads.insert(*file);
    process.loads.erase(root);
    for (const Request& request : map.requests) {
      const auto asker = request.asker == 0 ? root : find_file(map.objects[request.asker]);
      if (!asker) continue;
      if (auto trouble = judge(*asker, map, request))
        process.troubles.try_emplace({*asker, request.name}, *std::move(trouble));
    }
    return process;
  }

  std::optional<size_t> find_file(const LoadedObject& object) const {
    const auto found = file_of_path_.find(object.real_path);
    if (found == file_of_path_.end()) return std::nullopt;
    return found->second;
  }

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
    const OutsideRule& rule = checked_.rules[file.rule];
    const bool python = is_libpython(request.name) && !file.is_program;
    if (policy::is_loader_name(request.name) || python || is_excluded(request.name, object))
      return true;
    return rule.policies.allows_library(rule.portable ? rule.policy : rule.policies.newest(),
                                        request.name);
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

  // Files that a process begins with: extensions, programs, and what no other file loads. Of a
  // ring of libraries that need each other, the first.
  std::vector<size_t> choose_roots(const std::vector<Process>& processes) const {
    std::set<size_t> loaded;
    for (const Process& process : processes)
      loaded.insert(process.loads.begin(), process.loads.end());
    std::vector<size_t> roots;
    std::set<size_t> covered;
    const auto choose = [&](size_t file) {
      roots.push_back(file);
      covered.insert(file);
      covered.insert(processes[file].loads.begin(), processes[file].loads.end());
    };
    for (size_t i = 0; i < processes.size(); ++i) {
      const CheckedFile& file = checked_.files[i];
      if (file.is_extension || file.is_program || loaded.count(i) == 0) choose(i);
    }
    for (size_t i = 0; i < processes.size(); ++i)
      if (covered.count(i) == 0) choose(i);
    return roots;
  }

  const CheckedFiles& checked_;
  const Scene& scene_;
  const VerifyOptions& options_;
  const loader::ObjectCache& cache_;
  std::unordered_map<std::string, size_t> file_of_path_;
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
                 const OutsideRule& rule) const {
    if (!missing_.empty())
      findings.push_back(
          {Severity::kError, Check::kNeeded, file.name, missing_text(), advice(), named(missing_)});
    if (!outside_.empty())
      findings.push_back({rule.portable ? Severity::kError : Severity::kWarning, Check::kNeeded,
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

bool is_inside(const Scene& scene, const std::string& path) {
  return is_within(path, scene.prefix);
}

std::vector<Finding> check_needs(const CheckedFiles& checked, const std::vector<Scene>& scenes,
                                 const VerifyOptions& options) {
  const loader::ObjectCache cache;
  std::map<NeedOf, std::vector<std::pair<std::string, Trouble>>> troubles;
  for (const Scene& scene : scenes)
    for (auto& [need, trouble] : SceneCheck(checked, scene, options, cache).run())
      troubles[need].emplace_back(scene.label, std::move(trouble));
  std::vector<Finding> findings;
  for (const auto& [need, in_layouts] : troubles) {
    NeedReport report(need, scenes.size());
    for (const auto& [label, trouble] : in_layouts) report.add(label, trouble);
    const CheckedFile& file = checked.files[need.file];
    report.append_to(findings, file, checked.rules[file.rule]);
  }
  return findings;
}

}  // namespace elfwheel::repair
