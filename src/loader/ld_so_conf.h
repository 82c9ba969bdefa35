// /etc/ld.so.conf: the directories that ldconfig goes through to write /etc/ld.so.cache.
//
// ld.so never reads it. Source: glibc 2.36 elf/ldconfig.c `parse_conf`, `parse_conf_include`,
// `add_dir_1`.
#pragma once

#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"

namespace elfwheel::loader {

struct ConfDirectory {
  std::string path;      // absolute, as written, without trailing slashes
  std::string named_by;  // "/etc/ld.so.conf.d/libc.conf:2"
};

// The directories that `conf` (an absolute path) and the files it includes name, in order, whether
// they exist or not; empty without such a file. A file that is included again adds nothing: its
// directories are there already, and so no circle of includes goes on for ever (ldconfig's does).
// Relative directories are left out: they mean what lies where ldconfig is started.
std::vector<ConfDirectory> read_ld_so_conf(const FileSystem& files, const std::string& conf);

}  // namespace elfwheel::loader
