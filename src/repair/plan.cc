// From an audit to the steps of a repair. Pure: reads nothing but its arguments.
#include "elfwheel/repair/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "repair/audited_wheel.h"
#include "repair/graft_name.h"
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

// A copied library before its edits are known.
struct Graft {
  size_t library = 0;  // the first of those with the same content
  std::vector<size_t> libraries;
  std::string name;
  bool keeps_name = false;
  std::string path;
  bool present = false;  // an earlier repair copied the very same library in
};

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
                                  provided_paths(audit))) {}

  RepairPlan plan() {
    plan_.library_directory = wheel_.name.distribution + options_.lib_sdir;
    name_grafts();
    for (const Graft& graft : grafts_)
      if (!graft.present) plan_graft(graft);
    std::sort(plan_.grafts.begin(), plan_.grafts.end(),
              [](const GraftStep& a, const GraftStep& b) { return a.name < b.name; });
    for (size_t i = 0; i < audit_.members.size(); ++i) plan_member(i);
    plan_treatments(wheel_, audit_, examined_, options_, plan_);
    name_users();
    list_provided();
    plan_.left_outside = list_left_outside(audit_, libraries_to_graft(audit_, choice_.policy));
    plan_.tags = plan_tags(wheel_, audit_, choice_, options_);
    if (!plan_.grafts.empty()) plan_.sbom_path = plan_sbom_path(wheel_);
    drop_signatures();
    return std::move(plan_);
  }

 private:
  // --- copied libraries

  void name_grafts() {
    std::map<std::string, size_t> by_digest;
    for (const size_t library : libraries_to_graft(audit_, choice_.policy)) {
      const std::string& digest = examined_.digests.at(library);
      const auto [known, is_new] = by_digest.emplace(digest, grafts_.size());
      graft_of_library_.emplace(library, known->second);
      if (is_new) grafts_.push_back({library, {}, "", false, "", false});
      grafts_[known->second].libraries.push_back(library);
    }
    const std::vector<AskedNames> names = names_asked_for();
    for (size_t i = 0; i < grafts_.size(); ++i) {
      Graft& graft = grafts_[i];
      const OutsideLibrary& library = audit_.libraries[graft.library];
      const auto kept = kept_name(library, names[i]);
      graft.keeps_name = kept.has_value();
      for (const std::string& name : names[i].needed)
        if (std::string doubt = doubt_about(library, name); !doubt.empty())
          plan_.notes.push_back(std::move(doubt));
      for (const std::string& name : names[i].opened)
        if (name != kept)
          plan_.notes.push_back(fmt::format("{} is opened as {}, too, but its copy is called {}",
                                            library.path, name, *kept));
      graft.name =
          kept ? *kept : graft_name(base_name(library.path), examined_.digests.at(graft.library));
      graft.path = plan_.library_directory + "/" + graft.name;
      graft.present = check_place(i);
    }
  }

  // The names that a graft answers to.
  struct AskedNames {
    std::set<std::string> needed;  // DT_NEEDED strings
    std::set<std::string> opened;
  };

  // For each of grafts_.
  std::vector<AskedNames> names_asked_for() const {
    std::vector<AskedNames> names(grafts_.size());
    const auto note = [&](const std::vector<Need>& needs) {
      for (const Need& need : needs) {
        const auto graft = find_graft(need);
        if (graft && need.needed) names[*graft].needed.insert(need.name);
        if (graft && need.opened) names[*graft].opened.insert(need.name);
      }
    };
    for (const AuditedMember& member : audit_.members) note(member.needs);
    for (const auto& [library, graft] : graft_of_library_) {
      const OutsideLibrary& copied = audit_.libraries[library];
      note(copied.needs);
      if (copied.included_as) names[graft].opened.insert(*copied.included_as);
    }
    return names;
  }

  // The graft that answers to a need, as an index into grafts_.
  std::optional<size_t> find_graft(const Need& need) const {
    if (need.kind != SupplierKind::kOutside) return std::nullopt;
    const auto found = graft_of_library_.find(need.index);
    if (found == graft_of_library_.end()) return std::nullopt;
    return found->second;
  }

  // The name that a copy keeps: one it is opened by, else one it is needed by that is to be kept;
  // the loader looks for a file of that name. Of several the SONAME, else the first.
  std::optional<std::string> kept_name(const OutsideLibrary& library,
                                       const AskedNames& names) const {
    std::set<std::string> keepable = names.opened;
    if (keepable.empty())
      for (const std::string& name : names.needed)
        if (name.find('/') == name.npos && matches_any(options_.kept_names, name))
          keepable.insert(name);
    if (keepable.empty()) return std::nullopt;
    if (library.facts.soname && keepable.count(*library.facts.soname) != 0)
      return library.facts.soname;
    return *keepable.begin();
  }

  // True when the library is there already. Two libraries with one name and hash would have to
  // share eight digits of SHA-256; with a kept name the content need only differ.
  bool check_place(size_t index) const {
    const Graft& graft = grafts_[index];
    for (size_t i = 0; i < index; ++i)
      if (grafts_[i].name == graft.name)
        throw Error(ErrorCode::kUnsupported,
                    fmt::format("{} and {} differ, and would both be copied in as {}",
                                audit_.libraries[grafts_[i].library].path,
                                audit_.libraries[graft.library].path, graft.path));
    if (!graft.keeps_name)
      for (const AuditedMember& member : audit_.members)
        if (member.path == graft.path && member.facts.soname == graft.name) return true;
    const auto& entries = wheel_.archive.entries();
    const bool taken = std::any_of(entries.begin(), entries.end(), [&](const auto& entry) {
      return !entry.is_directory &&
             (entry.path == graft.path || entry.path == plan_.library_directory);
    });
    if (taken)
      throw Error(ErrorCode::kUnsupported,
                  fmt::format("the wheel has a file where {} belongs: {}",
                              audit_.libraries[graft.library].path, graft.path));
    return false;
  }

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
      if (const auto graft = find_graft(need)) {
        connect(need, grafts_[*graft].path, wiring);
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
    for (const Graft& graft : grafts_) note(graft.name, audit_.libraries[graft.library].needs);
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
    std::map<size_t, std::set<std::string>> users;  // index into grafts_
    std::map<size_t, std::set<std::string>> names;
    const auto note = [&](const std::string& user, const std::vector<Need>& needs) {
      for (const Need& need : needs) {
        const auto graft = find_graft(need);
        if (!graft) continue;
        users[*graft].insert(user);
        names[*graft].insert(need.name);
      }
    };
    for (const AuditedMember& member : audit_.members) note(member.path, member.needs);
    for (const Graft& graft : grafts_) note(graft.name, audit_.libraries[graft.library].needs);
    for (GraftStep& step : plan_.grafts) {
      const size_t graft = graft_of_library_.at(step.library);
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

  RepairPlan plan_;
  std::vector<Graft> grafts_;
  std::map<size_t, size_t> graft_of_library_;  // index into audit_.libraries -> into grafts_
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
