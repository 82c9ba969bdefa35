// Room for bytes that are large and seldom looked at: a file without a name, mapped. What is not
// looked at may leave memory for the disk; nothing is left of it when the process ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/descriptor.h"

namespace elfwheel {

class ScratchFile {
 public:
  // `size` bytes of zeros below `directory`; null where that is not to be had (no such directory,
  // no room, a file system without O_TMPFILE), so that the caller takes memory instead.
  static std::unique_ptr<ScratchFile> create(const std::string& directory, size_t size);
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile();

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  size_t size() const { return size_; }
  int descriptor() const { return file_.number(); }

 private:
  ScratchFile(Descriptor file, std::byte* data, size_t size);

  Descriptor file_;
  std::byte* data_;
  size_t size_;
};

// Takes whole pages of [begin, end) of a mapping of a file out of this process's memory; they come
// back when they are looked at. Not for private pages that were written to.
void release_pages(const std::byte* mapping, uint64_t begin, uint64_t end);

}  // namespace elfwheel
