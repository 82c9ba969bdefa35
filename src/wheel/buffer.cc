#include "elfwheel/wheel/buffer.h"

#include <utility>

#include "base/scratch_file.h"

namespace elfwheel::wheel {

Buffer::Buffer() = default;
Buffer::Buffer(size_t size)
    : memory_(std::make_unique_for_overwrite<std::byte[]>(size)), size_(size) {}
Buffer::Buffer(Bytes bytes) : Buffer(bytes.size()) {
  if (!bytes.empty()) std::memcpy(memory_.get(), bytes.data(), bytes.size());
}
Buffer::Buffer(Buffer&& other) noexcept
    : memory_(std::move(other.memory_)),
      scratch_(std::move(other.scratch_)),
      size_(std::exchange(other.size_, 0)) {}
Buffer& Buffer::operator=(Buffer&& other) noexcept {
  memory_ = std::move(other.memory_);
  scratch_ = std::move(other.scratch_);
  size_ = std::exchange(other.size_, 0);
  return *this;
}
Buffer::~Buffer() = default;

Buffer Buffer::in_scratch(const std::string& directory, size_t size) {
  Buffer buffer;
  buffer.scratch_ = ScratchFile::create(directory, size);
  if (!buffer.scratch_) return Buffer(size);
  buffer.size_ = size;
  return buffer;
}

std::byte* Buffer::data() { return scratch_ ? scratch_->data() : memory_.get(); }

Bytes Buffer::bytes() const { return {scratch_ ? scratch_->data() : memory_.get(), size_}; }

int Buffer::descriptor() const { return scratch_ ? scratch_->descriptor() : -1; }

void Buffer::release(uint64_t begin, uint64_t end) const {
  if (scratch_) release_pages(scratch_->data(), begin, end);
}

}  // namespace elfwheel::wheel
