// Which packages of the build machine's distribution files belong to. The databases of dpkg, apk
// and rpm are read as they lie on disk: no program is started, so a tree under another root is read
// like the machine's own, and a hundred files cost a few milliseconds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/repair/package.h"

namespace elfwheel::repair {

struct Owners {
  std::vector<std::optional<Package>> packages;  // one for each path; nothing = no package has it
  std::vector<std::string> notes;                // databases that can't be read, one line each
};

// The owners of `paths` (real paths on `files`). A damaged database is a note, never an error: what
// is in a wheel does not depend on it.
Owners find_owners(const std::vector<std::string>& paths, const FileSystem& files);

}  // namespace elfwheel::repair
