// A directory of the host seen as "/". Links are followed here, not by the kernel, so that none of
// them leads out of it (openat2(2) with RESOLVE_IN_ROOT would do it, but containers often forbid
// that call).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <utility>

#include "base/host_status.h"
#include "base/mapped_file.h"
#include "base/path_walk.h"
#include "elfwheel/base/error.h"
#include "elfwheel/base/file_system.h"

namespace elfwheel {

namespace {

WalkEntry read_host_entry(const std::string& path) {
  WalkEntry entry;
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    entry.error = errno;
    return entry;
  }
  entry.is_directory = S_ISDIR(status.st_mode);
  if (!S_ISLNK(status.st_mode)) return entry;
  char target[PATH_MAX];
  const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
  if (length < 0) {
    entry.error = errno;
    return entry;
  }
  entry.link_target.emplace(target, static_cast<size_t>(length));
  return entry;
}

class SysrootFileSystem : public FileSystem {
 public:
  explicit SysrootFileSystem(std::string root) : root_(std::move(root)) {}

  FileStatus status(const std::string& path) const override {
    const WalkResult walk = walk_root(path);
    if (walk.error == 0) return read_host_status(root_ + walk.path);
    FileStatus result;
    result.error = walk.error;
    return result;
  }

  OpenedFile open(const std::string& path) const override {
    const WalkResult walk = walk_root(path);
    if (walk.error == 0) return open_host_file(root_ + walk.path);
    OpenedFile result;
    result.error = walk.error;
    return result;
  }

  std::optional<std::string> real_path(const std::string& path) const override {
    WalkResult walk = walk_root(path);
    if (walk.error != 0) return std::nullopt;
    return std::move(walk.path);
  }

  std::vector<std::string> list_directory(const std::string& path) const override {
    const WalkResult walk = walk_root(path);
    if (walk.error != 0) return {};
    return list_host_directory(root_ + walk.path);
  }

  std::string current_directory() const override { return "/"; }

 private:
  WalkResult walk_root(const std::string& path) const {
    return walk_path(path,
                     [this](const std::string& name) { return read_host_entry(root_ + name); });
  }

  std::string root_;  // real, without a trailing slash; "" is the host's own root
};

}  // namespace

std::unique_ptr<FileSystem> make_sysroot_file_system(const std::string& root) {
  const FileStatus status = read_host_status(root);
  if (status.error != 0) throw io_error("cannot use the root " + root, status.error);
  if (status.kind != FileKind::kDirectory) throw io_error("cannot use the root " + root, ENOTDIR);
  std::string real = host_file_system().real_path(root).value_or(root);
  if (real == "/") real.clear();
  return std::make_unique<SysrootFileSystem>(std::move(real));
}

}  // namespace elfwheel
