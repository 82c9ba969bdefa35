#include "support/temporary_directory.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace elfwheel::test {

namespace fs = std::filesystem;

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (fs::temp_directory_path() / "elfwheel-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = fs::canonical(name).string();
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void TemporaryDirectory::write(const std::string& name, std::string_view content,
                               uint32_t mode) const {
  const fs::path file = fs::path(path_) / name;
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  if (!out || ::chmod(file.c_str(), static_cast<mode_t>(mode)) != 0)
    throw std::runtime_error("cannot write " + file.string());
}

void TemporaryDirectory::write(const std::string& name, const std::vector<std::byte>& content,
                               uint32_t mode) const {
  write(name, {reinterpret_cast<const char*>(content.data()), content.size()}, mode);
}

void TemporaryDirectory::link(const std::string& name, const std::string& target) const {
  const fs::path file = fs::path(path_) / name;
  fs::create_directories(file.parent_path());
  fs::create_symlink(target, file);
}

void TemporaryDirectory::make_directory(const std::string& name) const {
  fs::create_directories(fs::path(path_) / name);
}

}  // namespace elfwheel::test
