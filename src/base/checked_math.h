// Arithmetic on sizes and offsets that come from untrusted input: nothing wraps silently.
#pragma once

#include <cstdint>
#include <optional>

namespace elfwheel {

inline std::optional<uint64_t> checked_add(uint64_t a, uint64_t b) {
  uint64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

inline std::optional<uint64_t> checked_mul(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// The smallest multiple of `alignment` (a power of two; 0 counts as 1) that is >= value.
inline std::optional<uint64_t> checked_align_up(uint64_t value, uint64_t alignment) {
  if (alignment <= 1) return value;
  const auto raised = checked_add(value, alignment - 1);
  if (!raised) return std::nullopt;
  return *raised & ~(alignment - 1);
}

constexpr bool is_power_of_two(uint64_t value) { return value != 0 && (value & (value - 1)) == 0; }

}  // namespace elfwheel
