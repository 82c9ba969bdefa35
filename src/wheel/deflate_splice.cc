#include "wheel/deflate_splice.h"

#include <libdeflate.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "wheel/deflate.h"

namespace elfwheel::wheel {
namespace {

constexpr uint64_t kStoredHeader = 3;  // bits; the lengths begin with the next whole byte

using Ranges = std::vector<std::pair<uint64_t, uint64_t>>;

// Puts bits one behind the other, the first lowest in its byte.
class BitWriter {
 public:
  explicit BitWriter(size_t capacity) : buffer_(capacity) {}

  // Bits [begin, end) of `from`.
  void append(Bytes from, uint64_t begin, uint64_t end) {
    while (begin < end) {
      const auto count = static_cast<unsigned>(std::min<uint64_t>(end - begin, 32));
      put(bits_at(from, begin) & ((uint64_t{1} << count) - 1), count);
      begin += count;
    }
  }

  void put(uint64_t bits, unsigned count) {
    waiting_ |= bits << waiting_count_;
    waiting_count_ += count;
    if (waiting_count_ >= 32) {
      write_bytes(4);
      waiting_ >>= 32;
      waiting_count_ -= 32;
    }
  }

  // Zeros to the next whole byte, and `bytes`.
  void append_bytes(Bytes bytes) {
    finish_byte();
    std::memcpy(buffer_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  Buffer finish() {
    finish_byte();
    buffer_.truncate(size_);
    return std::move(buffer_);
  }

 private:
  // The 32 bits from `bit` on, and some more.
  static uint64_t bits_at(Bytes from, uint64_t bit) {
    const auto at = static_cast<size_t>(bit / 8);
    uint64_t word = 0;
    std::memcpy(&word, from.data() + at, std::min(sizeof word, from.size() - at));
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word >> bit % 8;
  }

  void write_bytes(unsigned count) {
    for (unsigned i = 0; i < count; ++i)
      buffer_.data()[size_++] = static_cast<std::byte>(waiting_ >> 8 * i & 0xffu);
  }

  void finish_byte() {
    write_bytes((waiting_count_ + 7) / 8);
    waiting_ = 0;
    waiting_count_ = 0;
  }

  Buffer buffer_;
  size_t size_ = 0;
  uint64_t waiting_ = 0;
  unsigned waiting_count_ = 0;  // below 32 between the calls
};

void append_block(BitWriter& writer, Bytes stream, const DeflateBlock& block, bool is_last) {
  writer.put(is_last ? 1 : 0, 1);
  if (!block.is_stored) return writer.append(stream, block.begin + 1, block.end);
  writer.put(0, 2);
  const uint64_t lengths = (block.begin + kStoredHeader + 7) / 8;
  writer.append_bytes(stream.sub(lengths, block.end / 8 - lengths, "stored block"));
}

class Splice {
 public:
  Splice(Bytes packed, Bytes old_content, Bytes content, const Ranges& changes, int level,
         const Release& release_old)
      : packed_(packed), content_(content), changes_(changes), level_(level) {
    for (const DeflateBlock& block : walk_deflate(packed, old_content, release_old)) add(block);
    if (old_content.size() < content.size()) add_fresh(old_content.size(), content.size());
  }

  std::optional<Buffer> make(const Release& release) {
    if (kept_ < packed_.size() * 8 / 2) return std::nullopt;
    size_t capacity = packed_.size() + parts_.size() * 8;
    for (const Part& part : parts_)
      if (!part.kept) capacity += libdeflate_deflate_compress_bound(nullptr, part.end - part.begin);
    BitWriter writer(capacity);
    for (size_t i = 0; i < parts_.size(); ++i) write(writer, parts_[i], i + 1 == parts_.size());
    Buffer result = writer.finish();
    walk_deflate(result.bytes(), content_, release);
    return result;
  }

 private:
  struct Part {
    std::optional<DeflateBlock> kept;
    uint64_t begin = 0;  // of what is packed anew
    uint64_t end = 0;
  };

  void add(const DeflateBlock& block) {
    const uint64_t reach = block.content_begin - std::min(block.content_begin, kDeflateReach);
    const bool empty = block.content_begin == block.content_end;
    if (block.content_end > content_.size() || empty || changes_within(reach, block.content_end)) {
      add_fresh(block.content_begin, std::min<uint64_t>(block.content_end, content_.size()));
    } else {
      kept_ += block.end - block.begin;
      parts_.push_back({block, 0, 0});
    }
  }

  // In pieces, so that the compressor has little to do at once.
  void add_fresh(uint64_t begin, uint64_t end) {
    while (begin < end) {
      const bool joins =
          !parts_.empty() && !parts_.back().kept && begin - parts_.back().begin < kPieceSize;
      if (!joins) parts_.push_back({std::nullopt, begin, begin});
      parts_.back().end = std::min(end, parts_.back().begin + kPieceSize);
      begin = parts_.back().end;
    }
  }

  bool changes_within(uint64_t begin, uint64_t end) const {
    const auto next = std::upper_bound(
        changes_.begin(), changes_.end(), begin,
        [](uint64_t at, const std::pair<uint64_t, uint64_t>& range) { return at < range.second; });
    return next != changes_.end() && next->first < end;
  }

  void write(BitWriter& writer, const Part& part, bool is_last) {
    if (part.kept) return append_block(writer, packed_, *part.kept, is_last);
    const Bytes piece = content_.sub(part.begin, part.end - part.begin, "content");
    const Buffer fresh = deflate(piece, level_);
    for (const DeflateBlock& block : walk_deflate(fresh.bytes(), piece))
      append_block(writer, fresh.bytes(), block, is_last && block.is_last);
  }

  const Bytes packed_;
  const Bytes content_;
  const Ranges& changes_;
  const int level_;
  std::vector<Part> parts_;
  uint64_t kept_ = 0;  // bits
};

}  // namespace

std::optional<Buffer> splice_deflate(Bytes packed, Bytes old_content, Bytes content,
                                     const Ranges& changes, int level, const Release& release_old,
                                     const Release& release) {
  return Splice(packed, old_content, content, changes, level, release_old).make(release);
}

}  // namespace elfwheel::wheel
