// Mutations that know what an ELF file is made of. The choices in front of it (choices.h) are
// mutated by themselves and never shift into the file; fields of the headers, of dynamic entries
// and of the tables that those lead to get values that are likely to matter.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#ifdef ELFWHEEL_FUZZ_CHOICES
#include "fuzz/choices.h"
#endif

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

#ifdef ELFWHEEL_FUZZ_CHOICES
constexpr size_t kPrefix = elfwheel::fuzz::kChoiceBytes;
#else
constexpr size_t kPrefix = 0;
#endif

using Random = std::minstd_rand;

size_t below(Random& random, size_t limit) { return limit == 0 ? 0 : random() % limit; }

// The file's words, wherever they lie inside of it.
class Elf {
 public:
  Elf(uint8_t* data, size_t size) : data_(data), size_(size) {
    valid_ = size >= 64 && std::memcmp(data,
                                       "\x7f"
                                       "ELF",
                                       4) == 0;
    is_64_ = valid_ && data[4] == 2;
    is_big_ = valid_ && data[5] == 2;
  }

  bool valid() const { return valid_; }
  bool is_64() const { return is_64_; }
  size_t word() const { return is_64_ ? 8 : 4; }
  size_t size() const { return size_; }

  uint64_t read(size_t at, size_t width) const {
    uint64_t value = 0;
    if (at > size_ || width > size_ - at) return 0;
    for (size_t i = 0; i < width; ++i)
      value = value << 8 | data_[at + (is_big_ ? i : width - 1 - i)];
    return value;
  }
  void write(size_t at, size_t width, uint64_t value) {
    if (at > size_ || width > size_ - at) return;
    for (size_t i = 0; i < width; ++i)
      data_[at + (is_big_ ? width - 1 - i : i)] = static_cast<uint8_t>(value >> (8 * i));
  }
  void swap(size_t a, size_t b, size_t length) {
    if (a == b || a > size_ || b > size_ || length > size_ - a || length > size_ - b) return;
    std::vector<uint8_t> first(data_ + a, data_ + a + length);
    std::memmove(data_ + a, data_ + b, length);
    std::memcpy(data_ + b, first.data(), length);
  }
  void copy(size_t from, size_t to, size_t length) {
    if (from > size_ || to > size_ || length > size_ - from || length > size_ - to) return;
    std::memmove(data_ + to, data_ + from, length);
  }

  size_t header_size() const { return is_64_ ? 64 : 52; }
  size_t segments_at() const { return read(is_64_ ? 32 : 28, word()); }
  size_t segment_size() const { return is_64_ ? 56 : 32; }
  size_t segment_count() const { return read(is_64_ ? 56 : 44, 2) % 64; }
  size_t sections_at() const { return read(is_64_ ? 40 : 32, word()); }
  size_t section_size() const { return is_64_ ? 64 : 40; }
  size_t section_count() const { return read(is_64_ ? 60 : 48, 2) % 64; }
  size_t segment(size_t number) const { return segments_at() + number * segment_size(); }
  uint64_t segment_offset(size_t at) const { return read(at + (is_64_ ? 8 : 4), word()); }
  uint64_t segment_address(size_t at) const { return read(at + (is_64_ ? 16 : 8), word()); }
  uint64_t segment_file_size(size_t at) const { return read(at + (is_64_ ? 32 : 16), word()); }

  size_t offset_of(uint64_t address) const {
    for (size_t i = 0; i < segment_count(); ++i) {
      const size_t at = segment(i);
      if (read(at, 4) == 1 && address - segment_address(at) < segment_file_size(at))
        return segment_offset(at) + (address - segment_address(at));
    }
    return size_;
  }
  // The dynamic section's place and how many entries it has, bounded.
  std::pair<size_t, size_t> dynamic() const {
    for (size_t i = 0; i < segment_count(); ++i)
      if (read(segment(i), 4) == 2)
        return {segment_offset(segment(i)), segment_file_size(segment(i)) / (2 * word()) % 128};
    return {size_, 0};
  }

 private:
  uint8_t* data_;
  size_t size_;
  bool valid_ = false, is_64_ = false, is_big_ = false;
};

// A value that is likely to matter in the place of `old`.
uint64_t interesting(Random& random, const Elf& elf, uint64_t old) {
  switch (below(random, 10)) {
    case 0:
      return 0;
    case 1:
      return 1;
    case 2:
      return old + 1 + below(random, 16);
    case 3:
      return old - 1 - below(random, 16);
    case 4:
      return elf.size() - below(random, 17);
    case 5:
      return ~uint64_t{0} - below(random, 4);
    case 6:
      return uint64_t{1} << below(random, 64);
    case 7:
      return elf.segment_address(elf.segment(below(random, elf.segment_count())));
    case 8: {
      const auto [at, count] = elf.dynamic();
      return elf.read(at + (2 * below(random, count) + 1) * elf.word(), elf.word());
    }
    default:
      return below(random, elf.size() + 1);
  }
}

// Fields of a record: all its 2-, 4- and 8-byte places.
void mutate_field(Random& random, Elf& elf, size_t at, size_t size) {
  const size_t width = size_t{1} << (1 + below(random, elf.is_64() ? 3 : 2));
  const size_t place = at + below(random, size / width) * width;
  elf.write(place, width, interesting(random, elf, elf.read(place, width)));
}

void mutate_segment(Random& random, Elf& elf) {
  const size_t count = elf.segment_count();
  const size_t at = elf.segment(below(random, count));
  const size_t other = elf.segment(below(random, count));
  switch (below(random, 6)) {
    case 0:
      return elf.swap(at, other, elf.segment_size());
    case 1:
      return elf.copy(at, other, elf.segment_size());
    case 2: {
      static constexpr uint64_t kTypes[] = {0, 1,          2,          3,          4,         6,
                                            7, 0x6474e550, 0x6474e551, 0x6474e552, 0x6474e553};
      return elf.write(at, 4, kTypes[below(random, std::size(kTypes))]);
    }
    default:
      return mutate_field(random, elf, at, elf.segment_size());
  }
}

void mutate_dynamic(Random& random, Elf& elf) {
  static constexpr uint64_t kTags[] = {
      0,          1,          4,          5,          6,          7,          8,
      9,          10,         11,         12,         14,         15,         16,
      17,         18,         19,         20,         21,         23,         24,
      29,         30,         35,         36,         37,         0x6ffffef5, 0x6ffffff0,
      0x6ffffff9, 0x6ffffffa, 0x6ffffffb, 0x6ffffffc, 0x6ffffffd, 0x6ffffffe, 0x6fffffff,
      0x7ffffffd, 0x7fffffff, 0x70000035};
  const auto [at, count] = elf.dynamic();
  const size_t word = elf.word(), entry = at + below(random, count) * 2 * word;
  const size_t other = at + below(random, count) * 2 * word;
  switch (below(random, 6)) {
    case 0:
      return elf.write(entry, word, kTags[below(random, std::size(kTags))]);
    case 1:
      return elf.swap(entry, other, 2 * word);
    case 2:
      return elf.copy(entry, other, 2 * word);
    default:
      return elf.write(entry + word, word, interesting(random, elf, elf.read(entry + word, word)));
  }
}

// A field near what some dynamic entry leads to: symbols, hash tables, versions, relocations.
void mutate_table(Random& random, Elf& elf) {
  const auto [at, count] = elf.dynamic();
  const size_t entry = at + below(random, count) * 2 * elf.word();
  const size_t target = elf.offset_of(elf.read(entry + elf.word(), elf.word()));
  if (target < elf.size())
    mutate_field(random, elf, target, std::min<size_t>(elf.size() - target, 160));
}

void mutate_structure(Random& random, Elf& elf) {
  const size_t rounds = 1 + below(random, 3);
  for (size_t i = 0; i < rounds; ++i) switch (below(random, 8)) {
      case 0:
        mutate_field(random, elf, 4, elf.header_size() - 4);
        break;
      case 1:
      case 2:
        mutate_segment(random, elf);
        break;
      case 3:
        mutate_field(random, elf,
                     elf.sections_at() + below(random, elf.section_count()) * elf.section_size(),
                     elf.section_size());
        break;
      case 4:
      case 5:
        mutate_dynamic(random, elf);
        break;
      default:
        mutate_table(random, elf);
    }
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  Random random(seed);
  random.discard(4);
  if (size < kPrefix || max_size <= kPrefix) {
    std::memset(data, 0, std::min(kPrefix, max_size));
    return std::min(kPrefix, max_size);
  }
  if (kPrefix != 0 && below(random, 3) == 0) {
    LLVMFuzzerMutate(data, kPrefix, kPrefix);
    return size;
  }
  Elf elf(data + kPrefix, size - kPrefix);
  if (!elf.valid() || below(random, 5) == 0)
    return kPrefix + LLVMFuzzerMutate(data + kPrefix, size - kPrefix, max_size - kPrefix);
  mutate_structure(random, elf);
  return size;
}

// One's choices with the other's file, or one's file with a stretch of the other's at the same
// place.
extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2, uint8_t* out,
                                            size_t max_size, unsigned int seed) {
  Random random(seed);
  random.discard(4);
  if (size1 < kPrefix || size2 < kPrefix) return 0;
  if (kPrefix != 0 && below(random, 2) == 0) {
    const size_t size = std::min(size2, max_size);
    std::memcpy(out, data2, size);
    std::memcpy(out, data1, std::min(kPrefix, size));
    return size;
  }
  const size_t size = std::min(size1, max_size);
  std::memcpy(out, data1, size);
  const size_t common = std::min(size, size2);
  if (common <= kPrefix) return size;
  const size_t from = kPrefix + below(random, common - kPrefix);
  std::memcpy(out + from, data2 + from, 1 + below(random, std::min<size_t>(common - from, 256)));
  return size;
}
