// path_resolution(7) for trees that the kernel does not walk for us: a root seen as "/", a tree in
// memory, two trees laid over each other.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace elfwheel {

// What stands under one absolute path whose directories are all real.
struct WalkEntry {
  int error = 0;  // errno value; 0 = it exists
  bool is_directory = false;
  std::optional<std::string> link_target;  // set for a symlink
};

struct WalkResult {
  int error = 0;     // errno value; 0 = `path` is set
  std::string path;  // absolute, without symlinks, "." and ".."
};

// Resolves `path` (a relative one starts from "/"), following every symlink, the last one too.
// ".." is taken from the real directory, as the kernel does, and does not leave "/". Errors as the
// kernel's: ENOENT (also for ""), ENOTDIR, ELOOP after 40 links, and what `entry_at` reports.
WalkResult walk_path(std::string_view path,
                     const std::function<WalkEntry(const std::string&)>& entry_at);

}  // namespace elfwheel
