// What /etc/ld.so.cache will say once ldconfig has run: for a root that has an ld.so.conf and no
// cache yet (unpacked and not configured, a layer of a container).
//
// Source: glibc 2.36 elf/ldconfig.c `search_dir`, `create_links`,
// `add_glibc_hwcaps_subdirectories`, elf/cache.c `add_to_cache`. Left out: the legacy
// subdirectories.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "loader/machine_defaults.h"
#include "loader/object_cache.h"

namespace elfwheel::loader {

class PendingCache {
 public:
  struct Entry {
    std::string path;
    std::string named_by;  // the line of ld.so.conf, "FILE:LINE", or "built in"
    std::string level;     // under glibc-hwcaps/; empty = plain
  };

  // Without /etc/ld.so.conf it has nothing. Otherwise what ldconfig finds for the machine of
  // `names` in the directories of that file and then in `system_directories`. Files that cannot be
  // read, or that are no libraries of that machine, are passed over.
  PendingCache(const FileSystem& files, const MachineNames& names,
               const std::vector<std::string>& system_directories, ObjectCache::Store& store);

  // The library whose SONAME `name` is (runs of digits compare as numbers): the best of `hwcaps`
  // that it is there for, else the plain one; of several, that of the directory named first.
  const Entry* find(const std::string& name, const std::vector<std::string>& hwcaps) const;

 private:
  struct Less {
    bool operator()(const std::string& a, const std::string& b) const;
  };
  std::map<std::string, std::vector<Entry>, Less> entries_;
};

}  // namespace elfwheel::loader
