#include "repair/grafts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "repair/graft_name.h"
#include "repair/left_outside.h"
#include "repair/patterns.h"

namespace elfwheel::repair {

namespace {

// The name that a copy keeps: one it is opened by, else one it is needed by that is to be kept;
// the loader looks for a file of that name. Of several the SONAME, else the first.
std::optional<std::string> kept_name(const OutsideLibrary& library,
                                     const std::set<std::string>& needed,
                                     const std::set<std::string>& opened,
                                     const std::vector<std::string>& kept_names) {
  std::set<std::string> keepable = opened;
  if (keepable.empty())
    for (const std::string& name : needed)
      if (name.find('/') == name.npos && matches_any(kept_names, name)) keepable.insert(name);
  if (keepable.empty()) return std::nullopt;
  if (library.facts.soname && keepable.count(*library.facts.soname) != 0)
    return library.facts.soname;
  return *keepable.begin();
}

}  // namespace

Grafts::Grafts(const wheel::Wheel& wheel, const WheelAudit& audit, const Examined& examined,
               const std::vector<size_t>& libraries, const std::string& directory,
               const std::vector<std::string>& kept_names, std::vector<std::string>& notes)
    : audit_(audit) {
  join_same_content(libraries, examined);
  const std::vector<AskedNames> names = names_asked_for();
  for (size_t i = 0; i < grafts_.size(); ++i) {
    Graft& graft = grafts_[i];
    const OutsideLibrary& library = audit.libraries[graft.library];
    const auto kept = kept_name(library, names[i].needed, names[i].opened, kept_names);
    graft.keeps_name = kept.has_value();
    for (const std::string& name : names[i].needed)
      if (std::string doubt = doubt_about(library, name); !doubt.empty())
        notes.push_back(std::move(doubt));
    for (const std::string& name : names[i].opened)
      if (name != kept)
        notes.push_back(fmt::format("{} is opened as {}, too, but its copy is called {}",
                                    library.path, name, *kept));
    graft.name =
        kept ? *kept : graft_name(base_name(library.path), examined.digests.at(graft.library));
    graft.path = directory + "/" + graft.name;
    graft.present = check_place(wheel, directory, i);
  }
}

void Grafts::join_same_content(const std::vector<size_t>& libraries, const Examined& examined) {
  std::map<std::string, size_t> by_digest;
  for (const size_t library : libraries) {
    const auto [known, is_new] = by_digest.emplace(examined.digests.at(library), grafts_.size());
    graft_of_library_.emplace(library, known->second);
    if (is_new) grafts_.push_back({library, {}, "", false, "", false});
    grafts_[known->second].libraries.push_back(library);
  }
}

// For each of grafts_.
std::vector<Grafts::AskedNames> Grafts::names_asked_for() const {
  std::vector<AskedNames> names(grafts_.size());
  const auto note = [&](const std::vector<Need>& needs) {
    for (const Need& need : needs) {
      const auto graft = find(need);
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

std::optional<size_t> Grafts::find(const Need& need) const {
  if (need.kind != SupplierKind::kOutside) return std::nullopt;
  const auto found = graft_of_library_.find(need.index);
  if (found == graft_of_library_.end()) return std::nullopt;
  return found->second;
}

// True when the library is there already. Two libraries with one name and hash would have to
// share eight digits of SHA-256; with a kept name the content need only differ.
bool Grafts::check_place(const wheel::Wheel& wheel, const std::string& directory,
                         size_t index) const {
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
  const auto& entries = wheel.archive.entries();
  const bool taken = std::any_of(entries.begin(), entries.end(), [&](const auto& entry) {
    return !entry.is_directory && (entry.path == graft.path || entry.path == directory);
  });
  if (taken)
    throw Error(ErrorCode::kUnsupported,
                fmt::format("the wheel has a file where {} belongs: {}",
                            audit_.libraries[graft.library].path, graft.path));
  return false;
}

}  // namespace elfwheel::repair
