// A directory of a test's own that goes away with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elfwheel::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  // Absolute, all links resolved.
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  // `name` is relative to path(); directories on the way are made.
  void write(const std::string& name, std::string_view content, uint32_t mode = 0644) const;
  void write(const std::string& name, const std::vector<std::byte>& content,
             uint32_t mode = 0644) const;
  void link(const std::string& name, const std::string& target) const;
  void make_directory(const std::string& name) const;

 private:
  std::string path_;
};

}  // namespace elfwheel::test
