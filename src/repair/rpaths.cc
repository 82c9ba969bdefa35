#include "repair/rpaths.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/paths.h"
#include "repair/patterns.h"

namespace elfwheel::repair {
namespace {

constexpr std::string_view kOrigin = "$ORIGIN";

// What follows the token, or nothing: "$ORIGIN/x" -> "/x"; "$ORIGINAL" is another name.
std::optional<std::string_view> behind_origin(std::string_view text) {
  for (const std::string_view token : {kOrigin, std::string_view("${ORIGIN}")}) {
    if (!text.starts_with(token)) continue;
    const std::string_view rest = text.substr(token.size());
    if (rest.empty() || rest.front() == '/') return rest;
  }
  return std::nullopt;
}

RpathEntry parse_entry(std::string_view text) {
  RpathEntry entry;
  entry.text = text;
  const auto rest = behind_origin(text);
  // $LIB and $PLATFORM mean another directory on each system: no layout can be checked for them.
  if (!rest || rest->find('$') != rest->npos) return entry;
  entry.relative = true;
  entry.below = normalize_path(rest->empty() ? "." : rest->substr(1));
  // "$ORIGIN//x" would be absolute without the token; here it is a doubled slash.
  while (entry.below.starts_with('/')) entry.below.erase(0, 1);
  if (entry.below.empty()) entry.below = ".";
  return entry;
}

std::string installed_directory(const InstalledPaths& layout, const std::string& archive_path) {
  return std::string(directory_name(layout.path_of(archive_path)));
}

std::string relative_entry(const std::string& from, const std::string& to) {
  const std::string way = relative_path(from, to);
  return way == "." ? std::string(kOrigin) : std::string(kOrigin) + "/" + way;
}

// Why an old entry has no place in the new list, or "".
std::string reason_to_drop(const RpathEntry& entry, const RpathWish& wish,
                           const std::vector<InstalledPaths>& layouts) {
  if (entry.text.empty()) return "an empty entry means the current directory";
  if (!entry.relative) {
    if (entry.text.front() == '/') return "an absolute directory of the build machine";
    return "not relative to $ORIGIN alone";
  }
  bool stays = false;
  for (const InstalledPaths& layout : layouts) {
    const auto directory = entry_directory(entry, installed_directory(layout, wish.file));
    if (!directory) continue;
    stays = true;
    if (wish.needs_others || layout.holds_files(*directory)) return "";
  }
  return stays ? "leads to no file of this wheel" : "leads out of the environment";
}

}  // namespace

std::string RpathEntry::canonical() const {
  if (!relative) return text;
  return below == "." ? std::string(kOrigin) : std::string(kOrigin) + "/" + below;
}

std::vector<RpathEntry> parse_search_path(std::string_view search_path) {
  std::vector<RpathEntry> entries;
  if (search_path.empty()) return entries;
  for (const std::string& text : split(search_path, ':')) entries.push_back(parse_entry(text));
  return entries;
}

std::optional<std::string> entry_directory(const RpathEntry& entry, const std::string& origin) {
  if (!entry.relative || !is_within(origin, kVirtualPrefix)) return std::nullopt;
  // `below` is normal: all its ".." stand in front, so the highest point is reached by them alone.
  std::string highest = origin;
  for (const std::string& part : split(entry.below, '/')) {
    if (part != "..") break;
    highest = directory_name(highest);
  }
  if (!is_within(highest, kVirtualPrefix)) return std::nullopt;
  return normalize_path(join_path(origin, entry.below));
}

std::vector<std::string> entry_faults(const std::vector<RpathEntry>& entries,
                                      const std::string& file, const std::vector<std::string>& kept,
                                      const std::vector<InstalledPaths>& layouts) {
  std::vector<std::string> faults;
  for (const RpathEntry& entry : entries) {
    if (matches_any(kept, entry.text)) continue;
    const bool leaves =
        std::none_of(layouts.begin(), layouts.end(), [&](const InstalledPaths& layout) {
          return entry_directory(entry, installed_directory(layout, file)).has_value();
        });
    if (leaves)
      faults.push_back(fmt::format("its rpath has \"{}\"{}", entry.text,
                                   entry.relative ? ", which leads out of the environment" : ""));
  }
  return faults;
}

bool leads_everywhere(const std::vector<RpathEntry>& entries, const std::string& file,
                      const std::string& target, std::string_view name,
                      const std::vector<InstalledPaths>& layouts) {
  if (base_name(target) != name) return false;
  return std::all_of(layouts.begin(), layouts.end(), [&](const InstalledPaths& layout) {
    const std::string wanted = installed_directory(layout, target);
    const std::string origin = installed_directory(layout, file);
    for (const RpathEntry& entry : entries) {
      const auto directory = entry_directory(entry, origin);
      if (directory == wanted) return true;
      if (directory && layout.has_file(join_path(*directory, name))) return false;
    }
    return false;
  });
}

PlannedRpath plan_rpath(const RpathWish& wish, const std::vector<InstalledPaths>& layouts) {
  std::vector<std::string> list = {std::string(kOrigin)};
  std::set<std::string> seen = {std::string(kOrigin)};
  const auto add = [&](const std::string& canonical, const std::string& text) {
    if (seen.insert(canonical).second) list.push_back(text);
  };
  for (const InstalledPaths& layout : layouts) {
    const std::string from = installed_directory(layout, wish.file);
    for (const std::string& needed : wish.needed_files) {
      const std::string entry = relative_entry(from, installed_directory(layout, needed));
      add(entry, entry);
    }
  }
  PlannedRpath planned;
  bool keeps_any = false;
  for (const RpathEntry& entry : wish.old_entries) {
    if (entry.relative && seen.count(entry.canonical()) != 0) {
      keeps_any = true;
      continue;
    }
    const std::string reason = reason_to_drop(entry, wish, layouts);
    const bool asked = !reason.empty() && matches_any(wish.kept, entry.text);
    if (asked) planned.kept.emplace_back(entry.text, reason);
    if (!reason.empty() && !asked) {
      planned.dropped.emplace_back(entry.text, reason);
      continue;
    }
    keeps_any = true;
    add(entry.canonical(), entry.text);
  }
  if (wish.needed_files.empty() && !keeps_any) return planned;
  for (const std::string& entry : list) planned.text += (planned.text.empty() ? "" : ":") + entry;
  return planned;
}

}  // namespace elfwheel::repair
