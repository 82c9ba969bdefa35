#include "base/path_walk.h"

#include <cerrno>
#include <vector>

#include "base/paths.h"

namespace elfwheel {

namespace {

constexpr int kMaxLinks = 40;  // Linux, fs/namei.c MAXSYMLINKS

// Puts the parts of `path` on the stack, the first one on top. A trailing slash becomes ".": it
// asks for a directory.
void push_parts(std::vector<std::string>& pending, std::string_view path) {
  std::vector<std::string> parts = split(path, '/');
  if (!parts.empty() && parts.back().empty()) parts.back() = ".";
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    if (!part->empty()) pending.push_back(std::move(*part));
}

}  // namespace

WalkResult walk_path(std::string_view path,
                     const std::function<WalkEntry(const std::string&)>& entry_at) {
  if (path.empty()) return {ENOENT, {}};
  std::vector<std::string> pending;
  push_parts(pending, path);
  std::string real = "/";
  bool is_directory = true;
  int links = 0;
  while (!pending.empty()) {
    const std::string part = std::move(pending.back());
    pending.pop_back();
    if (!is_directory) return {ENOTDIR, {}};
    if (part == ".") continue;
    if (part == "..") {
      real = directory_name(real);
      continue;
    }
    const std::string next = join_path(real, part);
    const WalkEntry entry = entry_at(next);
    if (entry.error != 0) return {entry.error, {}};
    if (!entry.link_target) {
      real = next;
      is_directory = entry.is_directory;
      continue;
    }
    if (++links > kMaxLinks) return {ELOOP, {}};
    if (entry.link_target->empty()) return {ENOENT, {}};
    if (entry.link_target->front() == '/') real = "/";
    push_parts(pending, *entry.link_target);
  }
  return {0, real};
}

}  // namespace elfwheel
