// A bounds-checked view of bytes that somebody else owns.
//
// Every read of untrusted input goes through it; parsers do no pointer arithmetic of their own.
// A Bytes must not outlive the memory it looks at. Reads are by memcpy: no alignment is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace elfwheel {

class Bytes {
 public:
  Bytes() = default;
  Bytes(const std::byte* data, size_t size) : data_(data), size_(size) {}
  Bytes(std::span<const std::byte> span) : data_(span.data()), size_(span.size()) {}
  Bytes(const std::vector<std::byte>& owner) : data_(owner.data()), size_(owner.size()) {}
  explicit Bytes(std::string_view text)
      : data_(reinterpret_cast<const std::byte*>(text.data())), size_(text.size()) {}

  const std::byte* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<const std::byte> span() const { return {data_, size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }

  // True when [offset, offset + length) lies inside; never overflows.
  bool contains(uint64_t offset, uint64_t length) const {
    return offset <= size_ && length <= size_ - offset;
  }

  // The part [offset, offset + length). `what` names it in the Error:
  // "what: offset 0x40 + size 0x200 exceeds the 0x100 bytes available" (kTruncated).
  Bytes sub(uint64_t offset, uint64_t length, std::string_view what) const {
    if (!contains(offset, length)) fail_range(offset, length, what);
    return {data_ + offset, static_cast<size_t>(length)};
  }

  // The trivially copyable T at `offset`; errors as sub().
  template <class T>
  T read(uint64_t offset, std::string_view what) const {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, sub(offset, sizeof(T), what).data_, sizeof(T));
    return value;
  }

  // `count` T's that stand `stride` bytes apart from `offset` on; the whole table is checked
  // before anything is allocated. stride < sizeof(T) is kCorrupt.
  template <class T>
  std::vector<T> table(uint64_t offset, uint64_t count, uint64_t stride,
                       std::string_view what) const {
    const Bytes all = sub(offset, table_size(count, stride, sizeof(T), what), what);
    std::vector<T> result(static_cast<size_t>(count));
    for (size_t i = 0; i < result.size(); ++i)
      std::memcpy(&result[i], all.data_ + i * static_cast<size_t>(stride), sizeof(T));
    return result;
  }

  // The NUL-terminated string at `offset`, without the NUL. kTruncated when no NUL follows.
  std::string_view c_string(uint64_t offset, std::string_view what) const;

 private:
  [[noreturn]] void fail_range(uint64_t offset, uint64_t length, std::string_view what) const;
  uint64_t table_size(uint64_t count, uint64_t stride, size_t item, std::string_view what) const;

  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace elfwheel
