// Link maps in code: objects and requests that say only what a test is about.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "elfwheel/loader/link_map.h"

namespace elfwheel::test {

inline loader::LoadedObject object(const std::string& path, std::vector<std::string> needed,
                                   loader::FoundBy found_by = loader::FoundBy::kRoot) {
  loader::LoadedObject result;
  result.name = path.substr(path.rfind('/') + 1);
  result.path = path;
  result.real_path = "/real" + path;
  result.needed = std::move(needed);
  result.found_by = found_by;
  return result;
}

inline loader::Request request(loader::ObjectId asker, const std::string& name,
                               std::optional<loader::ObjectId> found, loader::FoundBy how) {
  loader::Request result;
  result.asker = asker;
  result.name = name;
  result.object = found;
  result.found_by = how;
  return result;
}

// Objects "/0" (the root), "/1", ... and a request for each pair: the first needs the second, under
// the name "lib2". All were found by RUNPATH.
inline loader::LinkMap numbered_map(size_t count,
                                    const std::vector<std::pair<size_t, size_t>>& needs) {
  loader::LinkMap map;
  for (size_t i = 0; i < count; ++i) {
    map.objects.push_back(object("/" + std::to_string(i), {},
                                 i == 0 ? loader::FoundBy::kRoot : loader::FoundBy::kRunpath));
    if (i != 0) map.load_order.push_back(i);
  }
  for (const auto& [from, to] : needs) {
    map.requests.push_back(
        request(from, "lib" + std::to_string(to), to, loader::FoundBy::kRunpath));
  }
  return map;
}

}  // namespace elfwheel::test
