// Who answers to which DT_NEEDED: the loader's answer for the wheel as it will be installed, but a
// file of the wheel goes before a copy outside that only the build machine's paths lead to.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "repair/android.h"
#include "repair/audited_wheel.h"
#include "repair/bearers.h"
#include "repair/bundles.h"
#include "repair/loader_answers.h"
#include "repair/openers.h"
#include "repair/patterns.h"
#include "repair/searched_directories.h"
#include "repair/twins.h"

namespace elfwheel::repair {
namespace {

using loader::FoundBy;
using loader::LinkMap;
using loader::LoadedObject;

struct Asker {
  std::string name;  // for messages
  bool is_program = false;
  std::optional<size_t> member;
};

class SupplierSearch {
 public:
  SupplierSearch(const wheel::Wheel& wheel, const AuditOptions& options,
                 const policy::PolicySet& policies, AuditedWheel& audited)
      : options_(options),
        policies_(policies),
        audited_(audited),
        audit_(audited.audit),
        machine_(options.files != nullptr ? *options.files : host_file_system()),
        environment_(is_android() ? android_environment(options.named_directories)
                                  : options.environment),
        paths_(audited.layouts.front()),
        view_(paths_, viewed_members(wheel, audited.elf.members), &machine_),
        answers_(view_, paths_, environment_, options, audited),
        bearers_(wheel, audited),
        providers_(options, wheel) {}

  void run() {
    index_members();
    for (size_t i = 0; i < audit_.members.size(); ++i) supply_member(i);
    for (const std::string& include : options_.includes)
      if (include.find('/') != include.npos) include_library(include);
    // Libraries that libraries reach are appended while this goes on.
    for (size_t i = 0; i < audit_.libraries.size(); ++i) supply_library(i);
    name_openers(audited_);
    note_idle_patterns();
  }

 private:
  bool is_android() const { return audit_.libc == elf::Libc::kAndroid; }

  void index_members() {
    for (size_t i = 0; i < audit_.members.size(); ++i)
      member_of_path_.emplace(audit_.members[i].path, i);
  }

  void supply_member(size_t index) {
    AuditedMember& member = audit_.members[index];
    const Asker asker{member.path, member.is_program, index};
    for (const std::string_view needed : audited_.elf.members[index].file.needed()) {
      const std::string name(needed);
      if (is_known(member.needs, name)) continue;
      member.needs.push_back(supply(asker, name, answers_.find_for_member(index, name)));
    }
    supply_openings(asker, answers_.map_of_member(index), member.needs);
  }

  void supply_library(size_t index) {
    const std::string path = audit_.libraries[index].path;
    std::vector<Need> needs;
    for (const std::string_view needed : audited_.libraries[index].file.needed()) {
      const std::string name(needed);
      if (is_known(needs, name)) continue;
      needs.push_back(supply({path, false, {}}, name, answers_.find_for_library(index, name)));
    }
    if (!calls_to_include(audited_.libraries[index].file, options_).empty())
      supply_openings({path, false, {}}, answers_.map_of_library(index), needs);
    audit_.libraries[index].needs = std::move(needs);
  }

  static bool is_known(const std::vector<Need>& needs, const std::string& name) {
    return std::any_of(needs.begin(), needs.end(),
                       [&](const Need& need) { return need.name == name; });
  }

  // --- what is opened by name

  void supply_openings(const Asker& asker, const LinkMap& map, std::vector<Need>& needs) {
    for (const loader::Opening& opening : map.openings) {
      const std::string& name = opening.request.name;
      opened_names_.insert(name);
      if (policy::is_loader_name(name) || is_libpython(name)) continue;
      const Answer answer{&map, &opening.request};
      Need need = opened_need(name);
      need.found_by = opening.request.found_by;
      const std::string* const entry =
          answer.object() == nullptr ? nullptr : view_.find_entry(answer.object()->real_path);
      const std::vector<size_t>& bearers = bearers_.files_called(name);
      if (entry != nullptr) {
        need = as(need, SupplierKind::kMember, member_of_path_.at(*entry));
      } else if (bearers.size() == 1) {
        need = as(need, SupplierKind::kMember, bearers.front());
      } else if (const auto provided = find_provided(asker, name)) {
        need = as(need, SupplierKind::kProvided, *provided);
      } else {
        need = supply_from_outside(need, answer);
      }
      if (need.kind == SupplierKind::kMissing) {
        note_missing(asker, need);
      } else {
        add_opened(std::move(need), needs);
      }
    }
  }

  void note_missing(const Asker& asker, const Need& need) {
    std::string note =
        fmt::format("{}: {}, which it may open, is not found", asker.name, need.name);
    if (!need.problem.empty()) note += fmt::format(" ({})", need.problem);
    if (!need.searched.empty())
      note += fmt::format(": searched {}", fmt::join(need.searched, ", "));
    audit_.notes.push_back(std::move(note));
  }

  void include_library(const std::string& path) {
    const auto real_path = machine_.real_path(path);
    if (!real_path) throw Error(ErrorCode::kNotFound, path + ": no such library to include");
    const std::vector<size_t>& bearers = bearers_.files_called(std::string(base_name(path)));
    if (!bearers.empty()) {
      audit_.notes.push_back(fmt::format("{}: not copied in: the wheel has {}", path,
                                         audit_.members[bearers.front()].path));
      return;
    }
    std::string problem;
    const auto index = open_library(*real_path, problem);
    if (!index) throw Error(ErrorCode::kUsage, problem);
    const std::string architecture =
        elf::wheel_architecture(audited_.libraries[*index].file.header());
    if (architecture != audit_.architecture)
      throw Error(ErrorCode::kUsage, fmt::format("{}: made for {}, and the wheel for {}", path,
                                                 architecture, audit_.architecture));
    audit_.libraries[*index].included_as = base_name(path);
  }

  void note_idle_patterns() {
    for (const std::string& include : options_.includes) {
      const bool used = include.find('/') != include.npos ||
                        std::any_of(opened_names_.begin(), opened_names_.end(),
                                    [&](const auto& name) { return matches(include, name); });
      if (!used)
        audit_.notes.push_back(
            fmt::format("\"{}\" matches no library that a file says it opens", include));
    }
  }

  // --- who answers

  Need supply(const Asker& asker, const std::string& name, const Answer& answer) {
    Need need;
    need.name = name;
    if (answer.request != nullptr) need.found_by = answer.request->found_by;
    if (policy::is_loader_name(name)) return as(need, SupplierKind::kSystem);
    // Android's extensions are linked to it (PEP 738).
    if (is_libpython(name) && is_android()) return as(need, SupplierKind::kSystem);
    if (is_libpython(name) && !asker.is_program) return as(need, SupplierKind::kPython);
    const LoadedObject* const object = answer.object();
    if (object != nullptr) {
      if (const std::string* const entry = view_.find_entry(object->real_path))
        return as(need, SupplierKind::kMember, member_of_path_.at(*entry));
    }
    const bool excluded = is_excluded(name, object);
    if (!system_answers(name, answer)) {
      if (const auto member = find_bearer(asker, name, excluded)) {
        need.found_by = FoundBy::kNotFound;
        return as(need, SupplierKind::kMember, *member);
      }
    }
    if (excluded) return as(need, SupplierKind::kExcluded);
    need.bundled = is_bundled(options_, name);
    if (!need.bundled && policies_.allows_library(0, name)) return as(need, SupplierKind::kSystem);
    if (const auto provided = find_provided(asker, name))
      return as(need, SupplierKind::kProvided, *provided);
    return supply_from_outside(need, answer);
  }

  static Need as(Need need, SupplierKind kind, size_t index = 0) {
    need.kind = kind;
    need.index = index;
    return need;
  }

  bool is_excluded(const std::string& name, const LoadedObject* object) const {
    const auto& patterns = options_.excludes;
    return matches_any(patterns, name) ||
           (object != nullptr &&
            (matches_any(patterns, object->real_path) || matches_any(patterns, object->path)));
  }

  // A library that some policy counts on, where the system keeps such: a file of that name in a
  // corner of the wheel that the asker has no path to is not meant.
  bool system_answers(const std::string& name, const Answer& answer) const {
    if (answer.object() == nullptr || !policies_.allows_library(policies_.newest(), name))
      return false;
    const FoundBy found_by = answer.request->found_by;
    return found_by == FoundBy::kCache || found_by == FoundBy::kDefault;
  }

  // The file of the wheel that bears a name.
  std::optional<size_t> find_bearer(const Asker& asker, const std::string& name, bool excluded) {
    const std::vector<size_t> bearers = bearers_.find(asker.member, name);
    if (bearers.empty() || (bearers.size() > 1 && excluded)) return std::nullopt;
    if (bearers.size() > 1)
      refuse_twins(asker, name, bearers,
                   [this](size_t member) { return audit_.members[member].path; });
    return bearers.front();
  }

  void refuse_twins(const Asker& asker, const std::string& name, const std::vector<size_t>& bearers,
                    const PathOf& path_of) {
    std::string names;
    for (const size_t bearer : bearers) names += (names.empty() ? "" : " or ") + path_of(bearer);
    audit_.refusals.push_back(
        fmt::format("{} needs {}, which may be {}: give the file a $ORIGIN rpath to the right one",
                    asker.name, name, names));
  }

  // The library of another distribution that bears the name, if there is one; of several in one
  // distribution the one that the asker's search path leads to, else the only content.
  std::optional<size_t> find_provided(const Asker& asker, const std::string& name) {
    const auto [known, is_new] = provided_.try_emplace(name);
    if (is_new) {
      for (OpenedProvision& opened : providers_.open(name, audit_.architecture)) {
        audit_.provided.push_back({opened.distribution, opened.version, opened.path});
        audited_.provided.push_back(std::move(opened));
        known->second.push_back(audit_.provided.size() - 1);
      }
    }
    const std::vector<size_t>& bearers = known->second;
    if (bearers.empty()) return std::nullopt;
    if (bearers.size() == 1) return bearers.front();
    if (asker.member)
      if (const auto led = bearers_.find_led_to(
              *asker.member, bearers, [&](size_t bearer) { return audit_.provided[bearer].path; }))
        return led;
    const Bytes first = audited_.provided[bearers.front()].file.bytes();
    for (const size_t bearer : bearers)
      if (audited_.provided[bearer].file.bytes().text() != first.text()) {
        refuse_twins(asker, name, bearers, [&](size_t each) { return audit_.provided[each].path; });
        break;
      }
    return bearers.front();
  }

  Need supply_from_outside(Need need, const Answer& answer) {
    const LoadedObject* const object = answer.object();
    if (object != nullptr) {
      if (const auto index = open_library(object->real_path, need.problem))
        return as(need, SupplierKind::kOutside, *index);
    }
    if (answer.request != nullptr) {
      need.searched = searched_directories(*answer.request);
      if (need.problem.empty()) need.problem = readable_path(answer.request->fatal);
    }
    return as(need, SupplierKind::kMissing);
  }

  // The index of the library at `path`, opened if it is new; nothing and the `problem` when it is
  // nothing to copy.
  std::optional<size_t> open_library(const std::string& path, std::string& problem) {
    const auto known = library_of_path_.find(path);
    if (known != library_of_path_.end()) return known->second;
    OpenedLibrary opened;
    OpenedFile file = machine_.open(path);
    if (file.error != 0) {
      problem = fmt::format("{}: {}", path, errno_text(file.error));
      return std::nullopt;
    }
    opened.contents = std::move(file.contents);
    opened.file = with_where(path, [&] { return elf::ElfFile::parse(opened.contents->bytes()); });
    if (is_debug_companion(opened.file)) {
      problem = path + ": holds debugging information alone";
      return std::nullopt;
    }
    OutsideLibrary library;
    library.path = path;
    library.size = opened.contents->bytes().size();
    library.mode = machine_.status(path).mode;
    library.facts = read_elf_facts(opened.file);
    if (is_android()) forget_rpath(library.facts);
    audit_.libraries.push_back(std::move(library));
    audited_.libraries.push_back(std::move(opened));
    library_of_path_.emplace(path, audit_.libraries.size() - 1);
    return audit_.libraries.size() - 1;
  }

  const AuditOptions& options_;
  const policy::PolicySet& policies_;
  AuditedWheel& audited_;
  WheelAudit& audit_;
  const FileSystem& machine_;
  const loader::LoaderEnvironment environment_;
  const InstalledPaths& paths_;
  const InstalledView view_;
  LoaderAnswers answers_;
  const Bearers bearers_;
  const Providers providers_;

  std::unordered_map<std::string, size_t> member_of_path_;
  std::set<std::string> opened_names_;  // asked for by some file
  std::unordered_map<std::string, size_t> library_of_path_;
  std::map<std::string, std::vector<size_t>> provided_;  // by name: into audit_.provided
};

}  // namespace

void find_suppliers(const wheel::Wheel& wheel, const AuditOptions& options,
                    const policy::PolicySet& policies, AuditedWheel& audited) {
  SupplierSearch(wheel, options, policies, audited).run();
  join_twins(wheel, audited);
}

}  // namespace elfwheel::repair
