// A read-only mapping of a whole regular file.
//
// The mapping is private: a later write by somebody else through the same inode may show, but a
// rename over the path (how this program replaces files) does not disturb it.
#pragma once

#include <string>

#include "elfwheel/base/file_system.h"

namespace elfwheel {

class MappedFile : public FileContents {
 public:
  // Maps `path`. Error kNotFound or kIo, message without the path ("cannot open: ...").
  // Directories and other kinds are kIo; an empty file is empty bytes.
  static MappedFile open(const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() override;

  Bytes bytes() const override { return {data_, size_}; }
  FileId id() const { return id_; }
  // The descriptor stays open for copy_file_range.
  int descriptor() const override { return descriptor_; }
  void release(uint64_t begin, uint64_t end) const override;

 private:
  friend OpenedFile open_host_file(const std::string& path);
  MappedFile() = default;
  // 0 or errno.
  int map(const std::string& path);

  const std::byte* data_ = nullptr;
  size_t size_ = 0;
  FileId id_;
  int descriptor_ = -1;
};

// As FileSystem::open on the host.
OpenedFile open_host_file(const std::string& path);

}  // namespace elfwheel
