#include "repair/left_outside.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/paths.h"
#include "elfwheel/policy/policy.h"
#include "repair/bundles.h"

namespace elfwheel::repair {
namespace {

// "libgomp.so.1.0.0" -> "libgomp"; all of a name without ".so".
std::string_view stem_of(std::string_view name) { return name.substr(0, name.find(".so")); }

// libm.so.6 may be libm-2.31.so, libicuuc.so.72 libicuuc.so.72.1.
bool looks_like(std::string_view file, std::string_view name) {
  if (file.ends_with(".debug")) return false;
  const std::string_view stem = stem_of(file);
  const std::string_view wanted = stem_of(name);
  if (!stem.starts_with(wanted)) return false;
  const std::string_view rest = stem.substr(wanted.size());
  return rest.empty() || rest.front() == '-' || rest.front() == '.';
}

}  // namespace

std::vector<OutsideStep> list_left_outside(const WheelAudit& audit,
                                           const std::vector<size_t>& grafted) {
  std::map<std::string, std::set<std::string>> users;
  const auto note = [&](const std::string& user, const std::vector<Need>& needs) {
    for (const Need& need : needs) {
      if (!need.needed || policy::is_loader_name(need.name) || belongs_to_libc(need.name)) continue;
      const bool stays = need.kind == SupplierKind::kOutside &&
                         std::find(grafted.begin(), grafted.end(), need.index) == grafted.end();
      if (need.kind == SupplierKind::kSystem || stays) users[need.name].insert(user);
    }
  };
  for (const AuditedMember& member : audit.members) note(member.path, member.needs);
  for (const size_t library : grafted)
    note(audit.libraries[library].path, audit.libraries[library].needs);
  std::vector<OutsideStep> steps;
  for (const auto& [name, who] : users) steps.push_back({name, {who.begin(), who.end()}});
  return steps;
}

std::string doubt_about(const OutsideLibrary& library, const std::string& name) {
  const std::string_view file = base_name(library.path);
  if (looks_like(file, base_name(name))) return "";
  return fmt::format("{} stands for {}, by a link, and is called otherwise: is it the right file?",
                     library.path, name);
}

}  // namespace elfwheel::repair
