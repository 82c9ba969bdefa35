// The edited file as it will be, in the address space and before anything is written: the old file
// mapped copy-on-write, what lies behind its end in anonymous memory. Costs the pages that change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "elfwheel/base/bytes.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::elf {

class ImageView {
 public:
  enum class Carried { kIncluded, kLeftOut };

  // `source` is what `rewrite` was made of, and the content of the open file `descriptor`. Nothing
  // of this project looks at what is carried: left out, something else is read there, and it costs
  // nothing; included, it costs its size. Error kIo "cannot map the new file: ...".
  ImageView(Bytes source, int descriptor, const Rewrite& rewrite, Carried carried);
  ImageView(const ImageView&) = delete;
  ImageView& operator=(const ImageView&) = delete;
  ~ImageView();

  Bytes bytes() const { return {data_, size_}; }
  // As FileContents has it; what was changed stays in memory.
  void release(uint64_t begin, uint64_t end) const;

 private:
  void map_over(Bytes source, int descriptor, uint64_t end);
  void write(uint64_t offset, Bytes bytes);

  std::byte* data_ = nullptr;
  size_t size_ = 0;      // of the new file
  size_t reserved_ = 0;  // whole pages
  size_t shared_ = 0;    // bytes from the beginning on that the old file has
  std::vector<std::pair<size_t, size_t>> written_;  // whole pages, as ranges
  size_t page_ = 0;
};

}  // namespace elfwheel::elf
