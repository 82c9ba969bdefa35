// The host's own file system: each call is the system call it is named after.
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "base/host_status.h"
#include "base/mapped_file.h"
#include "elfwheel/base/error.h"
#include "elfwheel/base/file_system.h"

namespace elfwheel {

FileStatus read_host_status(const std::string& path) {
  FileStatus result;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    result.error = errno;
    return result;
  }
  if (S_ISREG(status.st_mode)) result.kind = FileKind::kRegular;
  if (S_ISDIR(status.st_mode)) result.kind = FileKind::kDirectory;
  result.mode = status.st_mode & 07777;
  result.size = static_cast<uint64_t>(status.st_size);
  result.id = {status.st_dev, status.st_ino};
  return result;
}

std::vector<std::string> list_host_directory(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (!directory) return names;
  while (const dirent* const entry = ::readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

namespace {

class HostFileSystem : public FileSystem {
 public:
  FileStatus status(const std::string& path) const override { return read_host_status(path); }
  OpenedFile open(const std::string& path) const override { return open_host_file(path); }

  std::optional<std::string> real_path(const std::string& path) const override {
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), ::free);
    if (!real) return std::nullopt;
    return std::string(real.get());
  }

  std::vector<std::string> list_directory(const std::string& path) const override {
    return list_host_directory(path);
  }

  std::string current_directory() const override {
    const std::unique_ptr<char, void (*)(void*)> directory(::getcwd(nullptr, 0), ::free);
    if (!directory) throw io_error("cannot find the current directory", errno);
    return directory.get();
  }
};

}  // namespace

const FileSystem& host_file_system() {
  static const HostFileSystem kHost;
  return kHost;
}

}  // namespace elfwheel
