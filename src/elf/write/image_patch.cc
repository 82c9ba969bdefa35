#include "elf/write/image_patch.h"

#include <algorithm>
#include <cassert>

namespace elfwheel::elf {

std::vector<std::byte> ImagePatch::load(uint64_t index) const {
  std::vector<std::byte> result(kPage);
  const uint64_t begin = index * kPage;
  if (begin < original_.size()) {
    const uint64_t available = std::min<uint64_t>(kPage, original_.size() - begin);
    std::memcpy(result.data(), original_.data() + begin, static_cast<size_t>(available));
  }
  return result;
}

std::vector<std::byte>& ImagePatch::page(uint64_t index) {
  auto found = pages_.find(index);
  if (found == pages_.end()) found = pages_.emplace(index, load(index)).first;
  return found->second;
}

void ImagePatch::write(uint64_t offset, Bytes bytes) {
  assert(offset <= size_ && bytes.size() <= size_ - offset);
  for (size_t done = 0; done < bytes.size();) {
    const uint64_t at = offset + done;
    const uint64_t within = at % kPage;
    const size_t length =
        std::min<size_t>(bytes.size() - done, static_cast<size_t>(kPage - within));
    std::memcpy(page(at / kPage).data() + within, bytes.data() + done, length);
    done += length;
  }
}

void ImagePatch::zero(uint64_t offset, uint64_t length) {
  if (offset >= size_) return;
  const uint64_t end = offset + std::min(length, size_ - offset);
  for (uint64_t at = offset; at < end;) {
    const uint64_t within = at % kPage;
    const uint64_t count = std::min(end - at, kPage - within);
    std::memset(page(at / kPage).data() + within, 0, static_cast<size_t>(count));
    at += count;
  }
}

std::vector<std::byte> ImagePatch::read(uint64_t offset, uint64_t length) const {
  std::vector<std::byte> result(static_cast<size_t>(length));
  for (uint64_t done = 0; done < length;) {
    const uint64_t at = offset + done;
    const uint64_t within = at % kPage;
    const uint64_t count = std::min(length - done, kPage - within);
    const auto found = pages_.find(at / kPage);
    const std::vector<std::byte> source = found == pages_.end() ? load(at / kPage) : found->second;
    std::memcpy(result.data() + done, source.data() + within, static_cast<size_t>(count));
    done += count;
  }
  return result;
}

Rewrite ImagePatch::finish() const {
  Rewrite rewrite;
  rewrite.size = size_ + (carried_ ? carried_->size : 0);
  rewrite.changed = rewrite.size != original_.size();
  if (carried_ && carried_->from != carried_->to) {
    rewrite.carried = carried_;
    rewrite.changed = true;
  }
  for (const auto& page_entry : pages_) {
    // Named, not bound: Clang 14 does not let a lambda capture structured bindings.
    const uint64_t index = page_entry.first;
    const std::vector<std::byte>& content = page_entry.second;
    const uint64_t begin = index * kPage;
    const uint64_t end = std::min(begin + kPage, size_);
    const std::vector<std::byte> before = load(index);
    const auto same_as_before = [&](uint64_t at) {
      return at < original_.size() &&
             content[static_cast<size_t>(at - begin)] == before[static_cast<size_t>(at - begin)];
    };
    uint64_t first = begin;
    while (first < end && same_as_before(first)) ++first;
    if (first >= end) continue;
    uint64_t last = end;
    while (last > first && same_as_before(last - 1)) --last;
    const auto from = content.begin() + static_cast<ptrdiff_t>(first - begin);
    const auto to = content.begin() + static_cast<ptrdiff_t>(last - begin);
    rewrite.changed = true;
    if (!rewrite.overwrites.empty()) {
      Overwrite& previous = rewrite.overwrites.back();
      if (raw(previous.offset) + previous.bytes.size() == first) {
        previous.bytes.insert(previous.bytes.end(), from, to);
        continue;
      }
    }
    rewrite.overwrites.push_back({FileOffset{first}, {from, to}});
  }
  return rewrite;
}

std::vector<std::byte> materialize(Bytes original, const Rewrite& rewrite) {
  std::vector<std::byte> image(static_cast<size_t>(rewrite.size));
  std::memcpy(image.data(), original.data(), std::min(image.size(), original.size()));
  for (const Overwrite& overwrite : rewrite.overwrites)
    std::memcpy(image.data() + raw(overwrite.offset), overwrite.bytes.data(),
                overwrite.bytes.size());
  if (const auto& carried = rewrite.carried)
    std::memcpy(image.data() + raw(carried->to), original.data() + raw(carried->from),
                static_cast<size_t>(carried->size));
  return image;
}

}  // namespace elfwheel::elf
