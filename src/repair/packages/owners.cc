#include "repair/packages/owners.h"

#include <fmt/format.h>

#include "elfwheel/base/error.h"
#include "repair/packages/owner_search.h"

namespace elfwheel::repair {

Owners find_owners(const std::vector<std::string>& paths, const FileSystem& files) {
  Owners owners;
  if (paths.empty()) return owners;
  OwnerSearch search(paths, files);
  for (const auto look_up : {search_dpkg, search_apk, search_rpm}) {
    if (search.done()) break;
    try {
      look_up(search);
    } catch (const Error& error) {
      owners.notes.push_back(fmt::format("packages of copied libraries: {}", error.what()));
    }
  }
  owners.packages = search.take_owners();
  return owners;
}

}  // namespace elfwheel::repair
