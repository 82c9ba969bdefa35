#include "repair/output_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/paths.h"
#include "elfwheel/base/error.h"

namespace elfwheel::repair {
namespace {

bool is_directory(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool exists(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

// `path` and its parents that do not exist, outermost first. ".." is left to the kernel.
std::vector<std::string> missing_directories(std::string path) {
  std::vector<std::string> missing;
  while (!path.empty() && !exists(path)) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    missing.insert(missing.begin(), path);
    path = directory_name(path);
  }
  return missing;
}

}  // namespace

OutputDirectory::OutputDirectory(const std::string& path) {
  for (const std::string& directory : missing_directories(path)) {
    if (mkdir(directory.c_str(), 0777) != 0) {
      const int number = errno;
      // Another process may have made it a moment ago.
      if (number == EEXIST && is_directory(directory)) continue;
      remove_made();
      throw io_error("cannot create directory " + directory, number);
    }
    made_.push_back(directory);
  }
}

OutputDirectory::~OutputDirectory() { remove_made(); }

void OutputDirectory::remove_made() {
  for (auto it = made_.rbegin(); it != made_.rend(); ++it) rmdir(it->c_str());
  made_.clear();
}

}  // namespace elfwheel::repair
