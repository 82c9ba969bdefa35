// Integers of a given byte order with alignment 1, so that an on-disk structure can be written down
// as its specification's table and read by memcpy from anywhere in a file.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace elfwheel {

template <class T>
constexpr T byte_swapped(T value) {
  static_assert(std::is_unsigned_v<T>);
  if constexpr (sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(value));
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
}

template <class T, std::endian kOrder>
class Packed {
 public:
  Packed() = default;
  Packed(T value) { *this = value; }

  Packed& operator=(T value) {
    if constexpr (kOrder != std::endian::native) value = byte_swapped(value);
    std::memcpy(raw_, &value, sizeof(T));
    return *this;
  }
  operator T() const {
    T value;
    std::memcpy(&value, raw_, sizeof(T));
    if constexpr (kOrder != std::endian::native) value = byte_swapped(value);
    return value;
  }

 private:
  unsigned char raw_[sizeof(T)];
};

static_assert(alignof(Packed<uint64_t, std::endian::big>) == 1);
static_assert(sizeof(Packed<uint64_t, std::endian::big>) == 8);

}  // namespace elfwheel
