// Deflate streams of any bytes, judged by zlib: what it inflates, the walk reads as the same
// blocks' content; what it refuses, the walk refuses. A stream that was walked can be spliced, and
// holds the changed content then.
//
// Input: two bytes that choose a change, then the stream.

#include <zlib.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "elfwheel/base/error.h"
#include "fuzz/bounded_memory.h"
#include "wheel/deflate_splice.h"
#include "wheel/deflate_walk.h"

namespace {

using namespace elfwheel;

constexpr size_t kMost = size_t{1} << 18;  // bytes of content

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "property does not hold: %s\n", what);
  std::abort();
}

struct Inflated {
  std::string content;
  bool is_whole = false;  // a stream that ends where the bytes end
  bool is_long = false;   // more than kMost: nothing is known
};

Inflated inflate_by_zlib(Bytes packed) {
  Inflated result;
  result.content.resize(kMost + 1);
  z_stream stream{};
  inflateInit2(&stream, -15);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.content.data());
  stream.avail_out = static_cast<uInt>(result.content.size());
  const int status = inflate(&stream, Z_FINISH);
  result.is_whole = status == Z_STREAM_END && stream.avail_in == 0;
  result.content.resize(stream.total_out);
  result.is_long = result.content.size() > kMost;
  inflateEnd(&stream);
  return result;
}

std::optional<std::vector<wheel::DeflateBlock>> walked(Bytes packed, const std::string& content) {
  try {
    return wheel::walk_deflate(packed, Bytes(std::string_view(content)));
  } catch (const Error&) {
    return std::nullopt;
  }
}

void check_splice(Bytes packed, const std::string& before, uint8_t where, uint8_t length) {
  std::string after = before;
  const uint64_t begin = before.size() * where / 256;
  const uint64_t end = std::min<uint64_t>(before.size(), begin + length);
  for (uint64_t at = begin; at < end; ++at) after[at] = static_cast<char>(after[at] ^ 0x55);
  std::vector<std::pair<uint64_t, uint64_t>> changes;
  if (begin < end) changes.emplace_back(begin, end);
  const auto result = wheel::splice_deflate(packed, Bytes(std::string_view(before)),
                                            Bytes(std::string_view(after)), changes, 1);
  if (!result) return;
  const Inflated read = inflate_by_zlib(result->bytes());
  require(read.is_whole && read.content == after, "a spliced stream holds the new content");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const fuzz::BoundedMemory bounded(size, 8 << 20);
  const Bytes packed(reinterpret_cast<const std::byte*>(data) + 2, size - 2);
  const Inflated read = inflate_by_zlib(packed);
  if (read.is_long) return 0;
  const auto blocks = walked(packed, read.content);
  if (!read.is_whole) {
    require(!blocks, "what zlib refuses is refused");
    return 0;
  }
  require(blocks.has_value(), "what zlib reads is read");
  require(blocks->back().content_end == read.content.size(), "all of the content has blocks");
  check_splice(packed, read.content, data[0], data[1]);
  return 0;
}
