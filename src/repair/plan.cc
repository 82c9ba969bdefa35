// From an audit to the steps of a repair. Pure: reads nothing but its arguments.
#include "elfwheel/repair/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/paths.h"
#include "repair/audited_wheel.h"
#include "repair/grafts.h"
#include "repair/left_outside.h"
#include "repair/patterns.h"
#include "repair/plan_tags.h"
#include "repair/rpaths.h"
#include "repair/sbom.h"
#include "repair/treatments.h"

namespace elfwheel::repair {
namespace {

constexpr uint32_t kRegularFile = 0100000;
constexpr uint32_t kPermissions = 0777;
// Whatever the build machine's modes are, an installed library can be read, and replaced by its
// owner.
constexpr uint32_t kReadableByAll = 0644;

class Planner {
 public:
  Planner(const wheel::Wheel& wheel, const WheelAudit& audit, const policy::TagChoice& choice,
          const Examined& examined, const RepairOptions& options)
      : wheel_(wheel),
        audit_(audit),
        choice_(choice),
        examined_(examined),
        options_(options),
        layouts_(distinct_layouts(wheel, options.audit.pythons, root_is_purelib(wheel),
                                  provided_paths(audit))),
        libraries_(libraries_to_graft(audit, choice.policy)),
        directory_(wheel.name.distribution + options.lib_sdir),
        grafts_(wheel, audit, examined, libraries_, directory_, options.kept_names, plan_.notes) {}

  RepairPlan plan() {
    plan_.library_directory = directory_;
    for (const Graft& graft : grafts_.all())
      if (!graft.present) plan_graft(graft);
    std::sort(plan_.grafts.begin(), plan_.grafts.end(),
              [](const GraftStep& a, const GraftStep& b) { return a.name < b.name; });
    for (size_t i = 0; i < audit_.members.size(); ++i) plan_member(i);
    plan_treatments(wheel_, audit_, examined_, options_, plan_);
    name_users();
    list_provided();
    plan_.left_outside = list_left_outside(audit_, libraries_);
    plan_.tags = plan_tags(wheel_, audit_, choice_, options_);
    if (!plan_.grafts.empty()) plan_.sbom_path = plan_sbom_path(wheel_);
    drop_signatures();
    return std::move(plan_);
  }

 private:
  // --- copied libraries

  void plan_graft(const Graft& graft) {
    const OutsideLibrary& library = audit_.libraries[graft.library];
    GraftStep step;
    step.library = graft.library;
    step.libraries = graft.libraries;
    step.source = library.path;
    step.sha256 = examined_.digests[graft.library];
    step.name = graft.name;
    step.keeps_name = graft.keeps_name;
    step.path = graft.path;
    step.size = library.size;
    step.mode = kRegularFile | (library.mode & kPermissions) | kReadableByAll;
    step.old_rpath = library.facts.search_path();
    if (!graft.keeps_name && library.facts.soname != graft.name) step.edits.soname = graft.name;

    const Wiring wiring = wire(library.needs);
    step.edits.remove_needed = wiring.remove;
    step.edits.replace_needed = wiring.replace;
    // What a build machine's library had of its own leads nowhere in an environment, unless asked.
    std::vector<RpathEntry> old = parse_search_path(step.old_rpath);
    std::erase_if(old, [&](const RpathEntry& entry) { return !is_kept(entry); });
    const PlannedRpath planned =
        plan_rpath({graft.path, wiring.files, old, false, options_.kept_rpaths}, layouts_);
    step.new_rpath = planned.text;
    note_kept(graft.path, planned);
    set_rpath(library.facts, step.new_rpath, step.edits);
    step.reason = reason_for(graft);
    plan_.grafts.push_back(std::move(step));
  }

  std::string reason_for(const Graft& graft) const {
    for (const size_t library : graft.libraries)
      if (audit_.libraries[library].included_as) return "it is to be included, under this name";
    return fmt::format("{} does not leave it outside{}", audit_.evaluation->name(choice_.policy),
                       graft.keeps_name ? "; its name is kept" : "");
  }

  // --- files of the wheel

  // What a file's needs come to once the copies are there.
  struct Wiring {
    std::vector<std::pair<std::string, std::string>> replace;
    std::vector<std::string> remove;
    std::vector<std::string> files;     // archive paths of what it needs in the wheel, in order
    std::vector<const Need*> grafted;   // what copies answer to now
    std::vector<const Need*> members;   // what files of the wheel answer to
    std::vector<const Need*> provided;  // what other distributions bring
    bool needs_others = false;          // another package answers to some
  };

  Wiring wire(const std::vector<Need>& needs) const {
    Wiring wiring;
    for (const Need& need : needs) {
      if (need.kind == SupplierKind::kPython) wiring.remove.push_back(need.name);
      if (need.kind == SupplierKind::kExcluded) wiring.needs_others = true;
      if (need.kind == SupplierKind::kMember) {
        connect(need, audit_.members[need.index].path, wiring);
        wiring.members.push_back(&need);
      }
      if (need.kind == SupplierKind::kProvided) {
        wiring.files.push_back(audit_.provided[need.index].path);
        wiring.provided.push_back(&need);
      }
      if (const auto graft = grafts_.find(need)) {
        connect(need, grafts_.all()[*graft].path, wiring);
        wiring.grafted.push_back(&need);
      }
    }
    return wiring;
  }

  static void connect(const Need& need, const std::string& path, Wiring& wiring) {
    wiring.files.push_back(path);
    if (need.needed && base_name(path) != need.name)
      wiring.replace.emplace_back(need.name, std::string(base_name(path)));
  }

  void plan_member(size_t index) {
    const AuditedMember& member = audit_.members[index];
    const Wiring wiring = wire(member.needs);
    const std::vector<RpathEntry> old = parse_search_path(member.facts.search_path());
    PatchStep step;
    step.entry = member.entry;
    step.path = member.path;
    step.old_rpath = member.facts.search_path();
    explain(member, wiring, old, step.reasons);
    const PlannedRpath planned = plan_rpath(
        {member.path, wiring.files, old, wiring.needs_others, options_.kept_rpaths}, layouts_);
    note_kept(member.path, planned);
    if (step.reasons.empty()) return;  // it works wherever it is installed: not a byte changes

    step.new_rpath = planned.text;
    step.edits.remove_needed = wiring.remove;
    step.edits.replace_needed = wiring.replace;
    set_rpath(member.facts, planned.text, step.edits);
    if (step.edits.empty()) return;
    for (const auto& [entry, reason] : planned.dropped)
      plan_.notes.push_back(
          fmt::format("{}: rpath entry \"{}\" dropped: {}", member.path, entry, reason));
    for (const std::string& name : wiring.remove)
      plan_.notes.push_back(
          fmt::format("{}: {} is needed no more: the interpreter has it", member.path, name));
    plan_.patches.push_back(std::move(step));
  }

  void explain(const AuditedMember& member, const Wiring& wiring,
               const std::vector<RpathEntry>& old, std::vector<std::string>& reasons) const {
    const auto asks_for = [](const Need& need) {
      return (need.needed ? "needs " : "opens ") + need.name;
    };
    for (const Need* const need : wiring.grafted)
      reasons.push_back(asks_for(*need) + ", which is copied in");
    for (const Need* const need : wiring.members) {
      const std::string& target = audit_.members[need->index].path;
      if (!leads_everywhere(old, member.path, target, need->name, layouts_))
        reasons.push_back(fmt::format("{}, which is {} of this wheel", asks_for(*need), target));
    }
    for (const Need* const need : wiring.provided) {
      const ProvidedLibrary& library = audit_.provided[need->index];
      if (!leads_everywhere(old, member.path, library.path, need->name, layouts_))
        reasons.push_back(asks_for(*need) + ", which " + library.distribution + " brings");
    }
    for (const std::string& name : wiring.remove)
      reasons.push_back(fmt::format("needs {}, which the interpreter brings", name));
    for (std::string& fault : entry_faults(old, member.path, options_.kept_rpaths, layouts_))
      reasons.push_back(std::move(fault));
  }

  bool is_kept(const RpathEntry& entry) const {
    return matches_any(options_.kept_rpaths, entry.text);
  }

  void note_kept(const std::string& path, const PlannedRpath& planned) {
    for (const auto& [entry, reason] : planned.kept)
      plan_.notes.push_back(
          fmt::format("{}: rpath entry \"{}\" kept, as asked: {}", path, entry, reason));
  }

  // DT_RPATH, so that LD_LIBRARY_PATH cannot replace a copied library; Android has no such tag.
  void set_rpath(const ElfFacts& facts, const std::string& text, elf::Edits& edits) const {
    const bool is_android = audit_.libc == elf::Libc::kAndroid;
    if (text.empty() && !facts.rpath && !facts.runpath) return;
    const bool has_wanted_tag = is_android || !facts.runpath;
    if (!text.empty() && has_wanted_tag && (is_android ? facts.runpath : facts.rpath) == text)
      return;
    edits.rpath = text;
    if (!text.empty())
      edits.rpath_tag = is_android ? elf::RpathTag::kRunpath : elf::RpathTag::kRpath;
  }

  // --- who uses what, signatures

  void list_provided() {
    std::vector<std::set<std::string>> users(audit_.provided.size());
    const auto note = [&](const std::string& user, const std::vector<Need>& needs) {
      for (const Need& need : needs)
        if (need.kind == SupplierKind::kProvided) users[need.index].insert(user);
    };
    for (const AuditedMember& member : audit_.members) note(member.path, member.needs);
    for (const Graft& graft : grafts_.all())
      note(graft.name, audit_.libraries[graft.library].needs);
    for (size_t i = 0; i < users.size(); ++i) {
      if (users[i].empty()) continue;
      const ProvidedLibrary& library = audit_.provided[i];
      plan_.provided.push_back({std::string(base_name(library.path)),
                                library.distribution,
                                library.version,
                                library.path,
                                {users[i].begin(), users[i].end()}});
    }
  }

  void name_users() {
    std::map<size_t, std::set<std::string>> users;  // index into grafts_.all()
    std::map<size_t, std::set<std::string>> names;
    const auto note = [&](const std::string& user, const std::vector<Need>& needs) {
      for (const Need& need : needs) {
        const auto graft = grafts_.find(need);
        if (!graft) continue;
        users[*graft].insert(user);
        names[*graft].insert(need.name);
      }
    };
    for (const AuditedMember& member : audit_.members) note(member.path, member.needs);
    for (const Graft& graft : grafts_.all())
      note(graft.name, audit_.libraries[graft.library].needs);
    for (GraftStep& step : plan_.grafts) {
      const size_t graft = grafts_.of_library(step.library);
      step.users.assign(users[graft].begin(), users[graft].end());
      step.names.assign(names[graft].begin(), names[graft].end());
    }
  }

  // RECORD changes, so its signatures are void. Untouched wheels keep them.
  void drop_signatures() {
    if (plan_.empty()) return;
    for (const std::string ending : {".jws", ".p7s"}) {
      const std::string path = wheel_.record_path() + ending;
      if (wheel_.archive.find(path) != wheel::Archive::kNoEntry) plan_.dropped.push_back(path);
    }
  }

  const wheel::Wheel& wheel_;
  const WheelAudit& audit_;
  const policy::TagChoice& choice_;
  const Examined& examined_;
  const RepairOptions& options_;
  const std::vector<InstalledPaths> layouts_;

  const std::vector<size_t> libraries_;  // to copy in: indices into audit_.libraries
  const std::string directory_;          // of the copies
  RepairPlan plan_;
  const Grafts grafts_;
};

}  // namespace

std::vector<size_t> libraries_to_graft(const WheelAudit& audit, policy::PolicyIndex policy) {
  std::set<size_t> libraries;
  for (const policy::ExternalLibrary& external : audit.evaluation->verdicts[policy].externals)
    if (external.object) libraries.insert(*external.object - audit.members.size());
  return {libraries.begin(), libraries.end()};
}

RepairPlan plan_repair(const wheel::Wheel& wheel, const WheelAudit& audit,
                       const policy::TagChoice& choice, const Examined& examined,
                       const RepairOptions& options) {
  return Planner(wheel, audit, choice, examined, options).plan();
}

}  // namespace elfwheel::repair
