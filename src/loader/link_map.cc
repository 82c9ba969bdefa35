#include "elfwheel/loader/link_map.h"

#include <algorithm>

namespace elfwheel::loader {

std::string_view found_by_name(FoundBy found_by) {
  switch (found_by) {
    case FoundBy::kRpath:
      return "rpath";
    case FoundBy::kRunpath:
      return "runpath";
    case FoundBy::kLibraryPath:
      return "LD_LIBRARY_PATH";
    case FoundBy::kPreload:
      return "LD_PRELOAD";
    case FoundBy::kCache:
      return "cache";
    case FoundBy::kDefault:
      return "default";
    case FoundBy::kPath:
      return "path";
    case FoundBy::kAlreadyLoaded:
      return "already loaded";
    case FoundBy::kRoot:
    case FoundBy::kNotFound:
      break;
  }
  return "";
}

std::string_view open_mode_name(OpenMode mode) {
  switch (mode) {
    case OpenMode::kLocal:
      return "local";
    case OpenMode::kGlobal:
      return "global";
    case OpenMode::kDeepBind:
      break;
  }
  return "deepbind";
}

std::string describe(const LinkMap& map, const MissingVersion& missing) {
  return "version " + missing.version + " not found in " + map.objects[missing.library].path +
         ", needed by " + map.objects[missing.asker].path;
}

std::vector<std::string> describe_faults(const LinkMap& map) {
  std::vector<std::string> faults;
  if (map.interp_missing) {
    const LoadedObject& root = map.objects.front();
    faults.push_back("the loader " + root.interp.value() + " is not there: nothing starts " +
                     root.path);
  }
  for (const MissingVersion& missing : map.missing_versions)
    faults.push_back(describe(map, missing));
  return faults;
}

bool LinkMap::complete() const {
  const auto failed = [](const Opening& opening) { return !opening.failure.empty(); };
  if (interp_missing || !missing_versions.empty() ||
      std::any_of(openings.begin(), openings.end(), failed))
    return false;
  return std::all_of(requests.begin(), requests.end(), [this](const Request& request) {
    if (request.object) return true;
    if (request.tag != elf::DT_AUXILIARY || !request.fatal.empty()) return false;
    return std::find(load_order.begin(), load_order.end(), request.asker) == load_order.end();
  });
}

}  // namespace elfwheel::loader
