#include <fmt/format.h>

#include "elfwheel/base/error.h"
#include "elfwheel/wheel/wheel.h"
#include "wheel/entry_path.h"

namespace elfwheel::wheel {

std::string find_dist_info(const Archive& archive) {
  std::string found;
  for (const ArchiveEntry& entry : archive.entries()) {
    const std::string_view path = entry.path;
    const size_t slash = path.find('/');
    if (slash == path.npos && !entry.is_directory) continue;
    const std::string_view top = path.substr(0, slash);
    if (!top.ends_with(".dist-info") || top == found) continue;
    if (!found.empty())
      throw Error(ErrorCode::kCorrupt, fmt::format("two .dist-info directories: {} and {}",
                                                   printable(found), printable(top)));
    found = top;
  }
  if (found.empty()) throw Error(ErrorCode::kCorrupt, "not a wheel: no .dist-info directory");
  return found;
}

}  // namespace elfwheel::wheel
