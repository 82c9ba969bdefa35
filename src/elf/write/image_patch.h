// A new file as a difference to an old one, kept page by page: only what is written to is copied.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <vector>

#include "elfwheel/base/bytes.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::elf {

class ImagePatch {
 public:
  // The image begins as `original` cut or zero-extended to `size` bytes; `original` must outlive
  // it.
  ImagePatch(Bytes original, uint64_t size) : original_(original), size_(size) {}

  // The end of the image is old content that is never looked at here. Called once, at first.
  void carry(const Carried& carried) {
    carried_ = carried;
    size_ = raw(carried.to);
  }

  // Writes beyond the image's own part are this program's mistake, never input's.
  void write(uint64_t offset, Bytes bytes);
  // Zeroes the part of [offset, offset + length) that lies inside.
  void zero(uint64_t offset, uint64_t length);

  template <class T>
  void write_value(uint64_t offset, const T& value) {
    write(offset, Bytes(reinterpret_cast<const std::byte*>(&value), sizeof value));
  }
  template <class T>
  T read_value(uint64_t offset) const {
    const std::vector<std::byte> bytes = read(offset, sizeof(T));
    T value;
    std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  // The bytes of the image as they are now.
  std::vector<std::byte> read(uint64_t offset, uint64_t length) const;

  // What differs from the original, in ascending order.
  Rewrite finish() const;

 private:
  static constexpr uint64_t kPage = 4096;
  std::vector<std::byte>& page(uint64_t index);
  std::vector<std::byte> load(uint64_t index) const;

  Bytes original_;
  uint64_t size_;  // without what is carried
  std::optional<Carried> carried_;
  std::map<uint64_t, std::vector<std::byte>> pages_;
};

}  // namespace elfwheel::elf
