#include "repair/verify_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/loader/resolve.h"
#include "repair/verify_checks.h"
#include "wheel/parallel.h"

namespace elfwheel::repair {
namespace {

// One ELF file of the repaired wheel and what it ought to find.
struct Expectation {
  std::string path;
  std::map<std::string, std::string> suppliers;  // DT_NEEDED -> archive path
  std::set<std::string> elsewhere;               // names that may be found outside
  std::vector<loader::OpenCall> opens;           // names that it opens, each with a supplier
  bool crosses_trees = false;  // some supplier is in a tree that schemes place separately
};

class OutputCheck {
 public:
  OutputCheck(const std::string& path, const wheel::Wheel& wheel, const AuditedWheel& audited,
              const RepairPlan& plan, const RepairedFiles& new_files, const RepairOptions& options)
      : before_(wheel),
        audited_(audited),
        audit_(audited.audit),
        plan_(plan),
        new_files_(new_files),
        options_(options),
        after_(wheel::Wheel::open_as(path, plan.tags.new_file_name)) {}

  std::vector<Finding> run() {
    check_texts();
    list_files();
    list_expectations();
    processes_.maps.resize(expectations_.size());
    for (size_t i = 0; i < audited_.layouts.size(); ++i) check_layout(i);
    // Beyond this point every file finds what it needs.
    list_checked();
    return find_faults();
  }

 private:
  // RECORD's word against the text files that are new. The ELF files were summed up as they were
  // packed, and what was packed was held against them.
  void check_texts() {
    std::set<std::string> paths;
    if (plan_.tags.changes_wheel_file) paths.insert(after_.dist_info + "/WHEEL");
    if (!plan_.sbom_path.empty()) paths.insert(plan_.sbom_path);
    for (const wheel::RecordRow& row : after_.record) {
      if (paths.count(row.path) == 0) continue;
      const wheel::Buffer content = after_.archive.read(after_.archive.find(row.path));
      if (const auto finding = wheel::verify_row(row, content.bytes()))
        wheel::throw_findings({*finding});
    }
  }

  void list_files() {
    files_ = viewed_members(before_, audited_.elf.members);
    for (ViewedFile& file : files_) {
      if (new_files_.items.count(file.archive_path) != 0)
        file.content = new_files_.content(file.archive_path);
    }
    for (const GraftStep& step : plan_.grafts)
      files_.push_back({step.path, new_files_.content(step.path), step.mode & 0777});
    for (const OpenedProvision& provided : audited_.provided)
      files_.push_back({provided.path, provided.file.bytes()});
  }

  void list_expectations() {
    std::map<size_t, const elf::Edits*> edits;
    for (const PatchStep& step : plan_.patches) edits.emplace(step.entry, &step.edits);
    for (const AuditedMember& member : audit_.members) {
      const auto edited = edits.find(member.entry);
      expect(member.path, member.needs, edited == edits.end() ? nullptr : edited->second);
    }
    for (const GraftStep& step : plan_.grafts)
      expect(step.path, audit_.libraries[step.library].needs, &step.edits);
  }

  void expect(const std::string& path, const std::vector<Need>& needs, const elf::Edits* edits) {
    Expectation expected;
    expected.path = path;
    const auto new_name = [&](const std::string& name) {
      if (edits != nullptr)
        for (const auto& [from, to] : edits->replace_needed)
          if (from == name) return to;
      return name;
    };
    for (const Need& need : needs) {
      const std::string name = need.needed ? new_name(need.name) : need.name;
      if (need.opened && find_bearer(need) == name) expected.opens.push_back({name});
      if (!need.needed && find_bearer(need) != name) continue;
      if (need.kind == SupplierKind::kMember) {
        expected.suppliers[name] = audit_.members[need.index].path;
      } else if (need.kind == SupplierKind::kProvided) {
        expected.suppliers[name] = audit_.provided[need.index].path;
      } else if (const GraftStep* const kept = find_kept(need)) {
        expected.suppliers[name] = kept->path;
      } else if (need.kind == SupplierKind::kOutside && name != need.name) {
        // A copy's new name is its file name, so the name alone says which one is meant.
        expected.suppliers[name] = plan_.library_directory + "/" + name;
      } else if (may_stay_outside(need)) {
        expected.elsewhere.insert(name);
      }
    }
    const auto key = key_of(path);
    for (const auto& [name, supplier] : expected.suppliers)
      if (key_of(supplier) != key) expected.crosses_trees = true;
    expectations_.push_back(std::move(expected));
  }

  // The file name of what answers to a need in the wheel, or "".
  std::string find_bearer(const Need& need) const {
    if (need.kind == SupplierKind::kMember)
      return std::string(base_name(audit_.members[need.index].path));
    if (need.kind == SupplierKind::kProvided) return need.name;
    const GraftStep* const kept = find_kept(need);
    return kept != nullptr ? kept->name : "";
  }

  // The copy that answers to a need under a name that was kept, or null.
  const GraftStep* find_kept(const Need& need) const {
    if (need.kind != SupplierKind::kOutside) return nullptr;
    for (const GraftStep& step : plan_.grafts)
      if (step.keeps_name && std::find(step.libraries.begin(), step.libraries.end(), need.index) !=
                                 step.libraries.end())
        return &step;
    return nullptr;
  }

  bool may_stay_outside(const Need& need) const {
    const policy::PolicySet& policies = audit_.evaluation->policies;
    const auto policy = policies.find(plan_.tags.policy);
    return need.kind == SupplierKind::kExcluded || need.kind == SupplierKind::kSystem ||
           policies.allows_library(policy.value_or(policies.linux_index()), need.name);
  }

  std::optional<wheel::SchemeKey> key_of(const std::string& archive_path) const {
    const auto place = wheel::parse_entry_place(archive_path, root_is_purelib(before_));
    if (!place) return std::nullopt;
    return place->key;
  }

  // Within one tree all layouts are alike: the first one speaks for the others.
  void check_layout(size_t index) {
    const InstalledPaths& layout = audited_.layouts[index];
    const InstalledView view(layout, files_, nullptr);
    loader::LoaderEnvironment bare;
    bare.read_system_files = false;
    bare.libc = audit_.libc;
    const loader::ObjectCache cache;
    wheel::parallel_for(expectations_.size(), options_.audit.jobs, [&](size_t i) {
      const Expectation& expected = expectations_[i];
      if (index != 0 && !expected.crosses_trees) return;
      loader::LinkMap map =
          loader::resolve(view.files(), layout.path_of(expected.path), bare, cache, expected.opens);
      for (const loader::Request& request : map.requests)
        if (request.asker == 0) check_request(expected, map, request, view, layout);
      for (const loader::Opening& opening : map.openings)
        check_request(expected, map, opening.request, view, layout);
      if (index == 0) processes_.maps[i] = std::move(map);
    });
  }

  void check_request(const Expectation& expected, const loader::LinkMap& map,
                     const loader::Request& request, const InstalledView& view,
                     const InstalledPaths& layout) const {
    const auto supplier = expected.suppliers.find(request.name);
    if (request.object) {
      const std::string* const entry = view.find_entry(map.objects[*request.object].real_path);
      const bool meant = supplier == expected.suppliers.end()
                             ? expected.elsewhere.count(request.name) != 0
                             : entry != nullptr && *entry == supplier->second;
      if (!meant)
        throw Error(
            ErrorCode::kUnsupported,
            fmt::format("{} would find {} in {} when installed ({}), which is not meant",
                        expected.path, request.name,
                        readable_path(map.objects[*request.object].real_path), layout.label()));
      return;
    }
    if (supplier == expected.suppliers.end() && expected.elsewhere.count(request.name) != 0) return;
    throw Error(ErrorCode::kUnsupported, fmt::format("{} would not find {} when installed ({})",
                                                     expected.path, request.name, layout.label()));
  }

  // The files in the order of the expectations.
  void list_checked() {
    std::map<std::string_view, std::string_view> digests;
    for (const wheel::RecordRow& row : after_.record) digests.emplace(row.path, row.digest);
    checked_.promises.push_back(
        make_promise(audit_.evaluation->policies, after_.name.tags(),
                     wheel::allowed_pythons(after_.name.tags(), after_.metadata.requires_python)));
    const auto add = [&](const std::string& path, const elf::ElfFile& file, bool program,
                         bool extension) {
      checked_.files.push_back({path, &file, program, extension, std::string(digests[path]), 0});
    };
    for (size_t i = 0; i < audit_.members.size(); ++i) {
      const AuditedMember& member = audit_.members[i];
      const bool edited = new_files_.items.count(member.path) != 0;
      add(member.path, edited ? parse(member.path) : audited_.elf.members[i].file,
          member.is_program, member.is_extension);
    }
    for (const GraftStep& step : plan_.grafts) add(step.path, parse(step.path), false, false);
  }

  const elf::ElfFile& parse(const std::string& path) {
    return parsed_.emplace_back(elf::ElfFile::parse(new_files_.content(path)));
  }

  std::vector<Finding> find_faults() {
    const InstalledPaths& layout = audited_.layouts.front();
    const InstalledView view(layout, files_, nullptr);
    Scene scene;
    scene.label = layout.label();
    scene.files = &view.files();
    scene.prefix = kVirtualPrefix;
    for (const Expectation& expected : expectations_) {
      scene.paths.push_back(layout.path_of(expected.path));
      processes_.file_of_path.emplace(scene.paths.back(), scene.paths.size() - 1);
    }
    choose_roots(checked_, processes_);
    std::vector<Finding> findings = check_extension_names(checked_);
    const auto append = [&](std::vector<Finding> more) {
      findings.insert(findings.end(), std::make_move_iterator(more.begin()),
                      std::make_move_iterator(more.end()));
    };
    append(check_versions(checked_, scene, processes_));
    append(check_rpaths(checked_, {scene}, true));
    append(check_runtimes(checked_, scene, processes_, {}));
    append(check_twins(checked_));
    append(check_unused(checked_, mentions_in(after_.archive)));
    append(check_segments(checked_, audit_.libc, processes_.imported));
    return findings;
  }

  const wheel::Wheel& before_;
  const AuditedWheel& audited_;
  const WheelAudit& audit_;
  const RepairPlan& plan_;
  const RepairedFiles& new_files_;
  const RepairOptions& options_;
  const wheel::Wheel after_;
  std::vector<ViewedFile> files_;
  std::vector<Expectation> expectations_;
  SceneProcesses processes_;         // of the first layout, in the order of expectations_
  std::deque<elf::ElfFile> parsed_;  // what checked_ has of new files
  CheckedFiles checked_;
};

}  // namespace

std::vector<Finding> verify_output(const std::string& path, const wheel::Wheel& wheel,
                                   const AuditedWheel& audited, const RepairPlan& plan,
                                   const RepairedFiles& new_files, const RepairOptions& options) {
  return OutputCheck(path, wheel, audited, plan, new_files, options).run();
}

}  // namespace elfwheel::repair
