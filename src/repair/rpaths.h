// Search paths between installed places: what an entry leads to, and the list a file shall have.
// Lexical only; the last word is the loader room's, over the finished wheel (verify_output.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "repair/installed_view.h"

namespace elfwheel::repair {

// One element of DT_RPATH or DT_RUNPATH.
struct RpathEntry {
  std::string text;       // as written
  bool relative = false;  // begins with $ORIGIN or ${ORIGIN} and has no other token
  std::string below;      // relative: what follows $ORIGIN/, normal, "." for $ORIGIN itself
  // $ORIGIN, or $ORIGIN/below: the same for every spelling of one place. `text` if not relative.
  std::string canonical() const;
};

// The elements of a search path in order, empty ones included; none for "".
std::vector<RpathEntry> parse_search_path(std::string_view search_path);

// The directory that a relative entry leads to from a file in `origin`; nothing for other entries
// and for one that climbs out of the environment on its way.
std::optional<std::string> entry_directory(const RpathEntry& entry, const std::string& origin);

// Why a file's list must not stay as it is, one line for each entry: it is not relative, or leads
// out of the environment in every layout; and it does not match a pattern of `kept`.
std::vector<std::string> entry_faults(const std::vector<RpathEntry>& entries,
                                      const std::string& file, const std::vector<std::string>& kept,
                                      const std::vector<InstalledPaths>& layouts);

// Whether a file's own search path leads to `target` under the name `name` in every layout. Paths
// are archive paths.
bool leads_everywhere(const std::vector<RpathEntry>& entries, const std::string& file,
                      const std::string& target, std::string_view name,
                      const std::vector<InstalledPaths>& layouts);

struct RpathWish {
  std::string file;                       // archive path of the file that gets the list
  std::vector<std::string> needed_files;  // archive paths of what it needs in the wheel, in order
  std::vector<RpathEntry> old_entries;
  // Some library comes from another package: relative entries may be meant for it.
  bool needs_others = false;
  // RepairOptions::kept_rpaths.
  std::vector<std::string> kept = {};
};

struct PlannedRpath {
  std::string text;  // "" = none
  // Old entries that went, with the reason.
  std::vector<std::pair<std::string, std::string>> dropped;
  // Those that stay because they are to be kept, with the reason that would have dropped them.
  std::vector<std::pair<std::string, std::string>> kept;
};

// $ORIGIN first, a sacrifice to tools that edit the first entry; then for each layout the way to
// each directory that is needed; then what the old list has that still leads into the wheel, or is
// to be kept, in its order. No other absolute, empty or repeated entries, none that leaves the
// environment. "" when only $ORIGIN would be left and nothing is needed.
PlannedRpath plan_rpath(const RpathWish& wish, const std::vector<InstalledPaths>& layouts);

}  // namespace elfwheel::repair
