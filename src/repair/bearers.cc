#include "repair/bearers.h"

#include <map>

#include "base/paths.h"
#include "repair/rpaths.h"

namespace elfwheel::repair {

Bearers::Bearers(const wheel::Wheel& wheel, const AuditedWheel& audited)
    : wheel_(wheel), audited_(audited) {
  const std::vector<AuditedMember>& members = audited.audit.members;
  for (size_t i = 0; i < members.size(); ++i) {
    by_file_name_[std::string(base_name(members[i].path))].push_back(i);
    if (members[i].facts.soname) by_soname_[*members[i].facts.soname].push_back(i);
  }
}

std::vector<size_t> Bearers::find(std::optional<size_t> asker, const std::string& name) const {
  for (const Index* const index : {&by_file_name_, &by_soname_}) {
    const auto found = index->find(name);
    if (found == index->end()) continue;
    std::vector<size_t> bearers = found->second;
    if (asker) std::erase(bearers, *asker);
    if (bearers.empty()) continue;
    if (bearers.size() > 1)
      if (const auto chosen = choose(asker, bearers)) return {*chosen};
    return bearers;
  }
  return {};
}

const std::vector<size_t>& Bearers::files_called(const std::string& name) const {
  static const std::vector<size_t> none;
  const auto found = by_file_name_.find(name);
  return found == by_file_name_.end() ? none : found->second;
}

std::optional<size_t> Bearers::choose(std::optional<size_t> asker,
                                      std::vector<size_t> bearers) const {
  const std::vector<AuditedMember>& members = audited_.audit.members;
  if (asker) {
    if (const auto led =
            find_led_to(*asker, bearers, [&](size_t member) { return members[member].path; }))
      return led;
    bearers = nearest_of(*asker, bearers);
    if (bearers.size() == 1) return bearers.front();
  }
  const auto& entries = wheel_.archive.entries();
  const wheel::ArchiveEntry& first = entries[members[bearers.front()].entry];
  for (const size_t bearer : bearers) {
    const wheel::ArchiveEntry& other = entries[members[bearer].entry];
    if (other.crc32 != first.crc32 || other.size != first.size) return std::nullopt;
  }
  return bearers.front();
}

std::optional<size_t> Bearers::find_led_to(size_t asker, const std::vector<size_t>& bearers,
                                           const PathOf& path_of) const {
  const AuditedMember& member = audited_.audit.members[asker];
  for (const RpathEntry& entry : parse_search_path(member.facts.search_path())) {
    for (const InstalledPaths& layout : audited_.layouts) {
      const std::string origin(directory_name(layout.path(member.entry)));
      const auto directory = entry_directory(entry, origin);
      if (!directory) continue;
      for (const size_t bearer : bearers)
        if (directory_name(layout.path_of(path_of(bearer))) == *directory) return bearer;
    }
  }
  return std::nullopt;
}

std::vector<size_t> Bearers::nearest_of(size_t asker, const std::vector<size_t>& bearers) const {
  const std::vector<AuditedMember>& members = audited_.audit.members;
  const InstalledPaths& paths = audited_.layouts.front();
  const std::string from(directory_name(paths.path(members[asker].entry)));
  std::map<size_t, std::vector<size_t>> by_distance;
  for (const size_t bearer : bearers) {
    const std::string to(directory_name(paths.path(members[bearer].entry)));
    const size_t distance = from == to ? 0 : split(relative_path(from, to), '/').size();
    by_distance[distance].push_back(bearer);
  }
  return by_distance.begin()->second;
}

}  // namespace elfwheel::repair
