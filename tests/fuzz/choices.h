// An input of the edit fuzzer: the choices, kChoiceBytes of them, and behind them the ELF file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elfwheel/elf/edit.h"

namespace elfwheel::fuzz {

inline constexpr size_t kChoiceBytes = 24;
// One after the other, each on what the one before made.
inline constexpr size_t kSteps = 3;
inline constexpr uint64_t kLargestPage = 65536;

// Hands out the choices; zeros when there are none left.
class Choices {
 public:
  Choices(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  uint8_t next() { return at_ < size_ ? data_[at_++] : uint8_t{0}; }
  size_t below(size_t limit) { return next() % limit; }
  bool flag() { return next() % 2 != 0; }

 private:
  const uint8_t* data_;
  size_t size_, at_ = 0;
};

struct WantedEdits {
  elf::Edits edits;
  // Whether carrying them out twice is the same as once: not so where names are swapped, or what is
  // added is replaced.
  bool idempotent = true;
};

// Edits of every kind, of names that `file` has or has not. May be empty.
WantedEdits choose_edits(Choices& choices, const elf::ElfFile& file);

// An rpath by number, from none over short to long.
std::string rpath_of(size_t number);

}  // namespace elfwheel::fuzz
