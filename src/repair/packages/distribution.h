// Which distribution a system is.
// Source: os-release(5).
#pragma once

#include <string>

#include "elfwheel/base/file_system.h"

namespace elfwheel::repair {

struct Distribution {
  std::string id = "linux";  // "debian"; os-release(5) names the default
  std::string version;       // "12"; "" for a rolling release
  // What scanners tell releases apart by: "debian-12".
  std::string release() const { return version.empty() ? id : id + "-" + version; }
};

// Reads /etc/os-release or, failing that, /usr/lib/os-release.
Distribution read_distribution(const FileSystem& files);

}  // namespace elfwheel::repair
