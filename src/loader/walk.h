// A run of one libc's rules: what it is given, what it makes. resolve() decides which one runs.
#pragma once

#include <string>

#include "elfwheel/base/file_system.h"
#include "elfwheel/loader/environment.h"
#include "elfwheel/loader/link_map.h"
#include "loader/machine_defaults.h"
#include "loader/object_cache.h"

namespace elfwheel::loader {

struct WalkInput {
  const FileSystem& files;
  const LoaderEnvironment& environment;
  std::string path;  // of the root, as the loader is given it
  FileId id;
  const ObjectFacts& root;
  bool is_program;  // started by the kernel, which resolves its path; else given to the loader
  MachineNames names;
  ObjectCache::Store& store;
};

// `path` made absolute with the current directory and nothing else, without its last part.
std::string find_origin(const FileSystem& files, const std::string& path);

LoadedObject make_object(const FileSystem& files, const std::string& path, const FileId& id,
                         const ObjectFacts& facts);

LinkMap walk_glibc(const WalkInput& input);
LinkMap walk_musl(const WalkInput& input);

}  // namespace elfwheel::loader
