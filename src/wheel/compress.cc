// Deflate for new members. libdeflate works on whole buffers, which is what makes it two to three
// times as fast as zlib at the same size; it has no way to end a stream so that another can follow.
// Hence large members: each piece is a stream of its own, whose last block is then told that it is
// not the last one. An empty stored block brings it to a whole byte (as zlib's Z_SYNC_FLUSH does).
#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "elfwheel/base/error.h"
#include "elfwheel/wheel/archive.h"
#include "wheel/deflate.h"
#include "wheel/deflate_walk.h"

namespace elfwheel::wheel {
namespace {

constexpr int kMaxLevel = 12;
// `packed`, whose last block is known, so that another stream can follow.
Buffer open_ended(Bytes packed, const DeflateBlock& last) {
  const uint64_t used = last.end % 8;  // bits of the last byte; zeros follow
  // BFINAL 0, BTYPE 00, and zeros to the next whole byte, of which some may be there.
  const size_t header = used == 0 || used > 5 ? 1 : 0;
  constexpr std::array<std::byte, 5> kFlush = {std::byte{0}, std::byte{0}, std::byte{0},
                                               std::byte{0xff}, std::byte{0xff}};
  const size_t flush = kFlush.size() - 1 + header;
  Buffer result(packed.size() + flush);
  std::memcpy(result.data(), packed.data(), packed.size());
  std::memcpy(result.data() + packed.size(), kFlush.data() + 1 - header, flush);
  result.data()[last.begin / 8] &= ~(std::byte{1} << last.begin % 8);
  return result;
}

}  // namespace

uint64_t CompressedMember::packed_size() const {
  return std::accumulate(parts.begin(), parts.end(), uint64_t{0},
                         [](uint64_t sum, const Buffer& part) { return sum + part.size(); });
}

uint32_t extend_crc32(uint32_t crc32, Bytes bytes) {
  return libdeflate_crc32(crc32, bytes.data(), bytes.size());
}

PieceCompressor::PieceCompressor(uint64_t size, int level)
    : size_(size),
      level_(level),
      pieces_(static_cast<size_t>(
          level == 0 ? 0 : std::max<uint64_t>(1, (size + kPieceSize - 1) / kPieceSize))) {
  if (level < 0 || level > kMaxLevel)
    throw Error(ErrorCode::kUsage,
                fmt::format("compression level {} is not in 0 .. {}", level, kMaxLevel));
}

uint64_t PieceCompressor::begin(size_t index) const {
  return std::min<uint64_t>(index * kPieceSize, size_);
}

Buffer PieceCompressor::pack(size_t index, Bytes piece) const {
  const bool last = index + 1 == pieces_;
  const Buffer packed = deflate(piece, level_);
  const DeflateBlock end = walk_deflate(packed.bytes(), piece).back();
  // No larger than it must be: it may wait for its turn.
  return last ? Buffer(packed.bytes()) : open_ended(packed.bytes(), end);
}

CompressedMember PieceCompressor::assemble(Bytes content, uint32_t crc32,
                                           std::vector<Buffer> parts) const {
  CompressedMember member;
  member.crc32 = crc32;
  member.size = size_;
  member.method = Method::kDeflated;
  member.parts = std::move(parts);
  if (level_ == 0 || member.packed_size() >= size_) {
    member.method = Method::kStored;
    member.parts.clear();
    if (size_ != 0) member.parts.emplace_back(content);
  }
  return member;
}

CompressedMember compress(Bytes content, int level) {
  const PieceCompressor compressor(content.size(), level);
  std::vector<Buffer> parts;
  for (size_t i = 0; i < compressor.pieces(); ++i) {
    const uint64_t begin = compressor.begin(i);
    parts.push_back(
        compressor.pack(i, content.sub(begin, compressor.begin(i + 1) - begin, "content")));
  }
  return compressor.assemble(content, extend_crc32(0, content), std::move(parts));
}

}  // namespace elfwheel::wheel
