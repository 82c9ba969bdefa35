// No allocation may be out of proportion to the input: a size field of a hostile file must not
// become a request for memory.
#pragma once

#include <cstddef>

namespace elfwheel::fuzz {

// While one lives, an allocation of this thread of more than 10 times `input_size` plus `constant`
// aborts. Needs AddressSanitizer, whose hook it uses; does nothing in other builds.
class BoundedMemory {
 public:
  BoundedMemory(size_t input_size, size_t constant);
  ~BoundedMemory();
  BoundedMemory(const BoundedMemory&) = delete;
  BoundedMemory& operator=(const BoundedMemory&) = delete;
};

}  // namespace elfwheel::fuzz
