// Bytes that nobody initialised before they were written: a member is inflated straight into it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "elfwheel/base/bytes.h"

namespace elfwheel {
class ScratchFile;
}

namespace elfwheel::wheel {

class Buffer {
 public:
  Buffer();
  explicit Buffer(size_t size);
  explicit Buffer(Bytes bytes);
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  ~Buffer();

  // In a file without a name below `directory`, so that release() can give memory back; in memory
  // where that is not to be had.
  static Buffer in_scratch(const std::string& directory, size_t size);

  std::byte* data();
  size_t size() const { return size_; }
  // Forgets what follows the first `size` bytes; the memory stays reserved.
  void truncate(size_t size) { size_ = size < size_ ? size : size_; }
  // Valid while this buffer lives (and where it is moved to).
  Bytes bytes() const;

  // As FileContents has them.
  int descriptor() const;
  void release(uint64_t begin, uint64_t end) const;

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::unique_ptr<ScratchFile> scratch_;
  size_t size_ = 0;
};

}  // namespace elfwheel::wheel
