// Pages of the old file become writable only where something is written: a mapping that is writable
// as a whole would be charged whole where memory may not be overcommitted.
#include "elf/write/image_view.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/scratch_file.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

Error cannot_map(int number) { return io_error("cannot map the new file", number); }

}  // namespace

ImageView::ImageView(Bytes source, int descriptor, const Rewrite& rewrite, Carried carried)
    : size_(static_cast<size_t>(rewrite.size)),
      page_(static_cast<size_t>(::sysconf(_SC_PAGESIZE))) {
  reserved_ = std::max((size_ + page_ - 1) / page_ * page_, page_);
  void* const address =
      ::mmap(nullptr, reserved_, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED) throw cannot_map(errno);
  data_ = static_cast<std::byte*>(address);
  try {
    map_over(source, descriptor, rewrite.patched_size());
    for (const Overwrite& overwrite : rewrite.overwrites)
      write(raw(overwrite.offset), Bytes(overwrite.bytes));
    if (rewrite.carried && carried == Carried::kIncluded)
      write(raw(rewrite.carried->to),
            source.sub(raw(rewrite.carried->from), rewrite.carried->size, "appended data"));
  } catch (...) {
    ::munmap(data_, reserved_);
    throw;
  }
}

ImageView::~ImageView() { ::munmap(data_, reserved_); }

// The kernel fills the last page behind the file's end with zeros, as a longer file would have
// them.
void ImageView::map_over(Bytes source, int descriptor, uint64_t end) {
  shared_ = std::min(static_cast<size_t>(end), source.size());
  if (shared_ == 0) return;
  if (::mmap(data_, shared_, PROT_READ, MAP_PRIVATE | MAP_FIXED, descriptor, 0) == MAP_FAILED)
    throw cannot_map(errno);
}

void ImageView::release(uint64_t begin, uint64_t end) const {
  uint64_t at = begin;
  for (const auto& [first, last] : written_) {
    if (last <= at) continue;
    if (first >= end) break;
    release_pages(data_, at, first);
    at = last;
  }
  release_pages(data_, at, std::min<uint64_t>(end, shared_));
}

void ImageView::write(uint64_t offset, Bytes bytes) {
  if (bytes.empty()) return;
  const auto begin = static_cast<size_t>(offset);
  const size_t first = begin / page_ * page_;
  const size_t length = begin + bytes.size() - first;
  if (::mprotect(data_ + first, length, PROT_READ | PROT_WRITE) != 0) throw cannot_map(errno);
  std::memcpy(data_ + begin, bytes.data(), bytes.size());
  const size_t last = (first + length + page_ - 1) / page_ * page_;
  if (!written_.empty() && first <= written_.back().second) {
    written_.back().second = last;
  } else {
    written_.emplace_back(first, last);
  }
}

}  // namespace elfwheel::elf
