// The blocks of deflate streams, as zlib sees them: its inflate stops at each (Z_BLOCK).
#include "wheel/deflate_walk.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <set>
#include <string>

#include "elfwheel/base/error.h"
#include "elfwheel/wheel/archive.h"
#include "support/deflate.h"

namespace elfwheel::wheel {
namespace {

using test::deflated_by_libdeflate;
using test::deflated_by_zlib;
using test::mixture;

Bytes bytes_of(const std::string& text) { return Bytes(std::string_view(text)); }

// The end of each block as "bit:content", by zlib; its content goes to `made`.
std::string ends_by_zlib(const std::string& packed, size_t size, std::string& made) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, -15), Z_OK);
  made.assign(size + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(made.data());
  stream.avail_out = static_cast<uInt>(made.size());
  std::string ends;
  int status = Z_OK;
  while (status == Z_OK) {
    status = inflate(&stream, Z_BLOCK);
    const bool at_end = (stream.data_type & 128) != 0 || status == Z_STREAM_END;
    if (at_end && status == Z_OK)
      ends += std::to_string(stream.total_in * 8 - (stream.data_type & 7)) + ":" +
              std::to_string(stream.total_out) + " ";
  }
  EXPECT_EQ(status, Z_STREAM_END);
  made.resize(stream.total_out);
  inflateEnd(&stream);
  return ends;
}

std::string ends_by_walk(const std::string& packed, const std::string& content) {
  std::string ends;
  uint64_t bit = 0;
  uint64_t byte = 0;
  for (const DeflateBlock& block : walk_deflate(bytes_of(packed), bytes_of(content))) {
    EXPECT_EQ(block.begin, bit);
    EXPECT_EQ(block.content_begin, byte);
    bit = block.end;
    byte = block.content_end;
    ends += std::to_string(bit) + ":" + std::to_string(byte) + " ";
  }
  return ends;
}

void expect_same_blocks(const std::string& packed, const std::string& content) {
  std::string made;
  EXPECT_EQ(ends_by_walk(packed, content), ends_by_zlib(packed, content.size(), made));
  EXPECT_EQ(made, content);
}

std::string problem(const std::string& packed, const std::string& content) {
  try {
    walk_deflate(bytes_of(packed), bytes_of(content));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(DeflateWalk, SeesTheBlocksThatZlibSees) {
  for (const size_t size : {0, 1, 100, 5000, 70'000, 900'000}) {
    const std::string content = mixture(size, static_cast<unsigned>(size));
    for (const int level : {0, 1, 6, 9, 12})
      expect_same_blocks(deflated_by_libdeflate(content, level), content);
    for (const int strategy : {Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED})
      for (const int level : {0, 1, 6, 9})
        expect_same_blocks(deflated_by_zlib(content, level, strategy), content);
  }
}

TEST(DeflateWalk, RefusesAStreamOfOtherContent) {
  const std::string content = mixture(20'000, 1);
  const std::string packed = deflated_by_libdeflate(content, 6);
  std::string other = content;
  other[12'345] = static_cast<char>(other[12'345] ^ 1);
  EXPECT_EQ(problem(packed, other), "the packed data is damaged: it makes something else");
  EXPECT_EQ(problem(packed, content.substr(0, 19'999)),
            "the packed data is damaged: it makes something else");
  EXPECT_EQ(problem(packed, content + "x"),
            "the packed data is damaged: it makes less than it is to hold");
  EXPECT_EQ(problem(packed + "x", content),
            "the packed data is damaged: something follows its end");
}

TEST(DeflateWalk, RefusesWhatIsCutOff) {
  const std::string content = mixture(3000, 2);
  for (const std::string& packed :
       {deflated_by_libdeflate(content, 6), deflated_by_libdeflate(content, 0),
        deflated_by_zlib(content, 6, Z_FIXED)})
    for (size_t size = 0; size < packed.size(); ++size)
      ASSERT_NE(problem(packed.substr(0, size), content), "") << size;
}

// What zlib refuses or reads as something else, the walk refuses: each bit of a stream, turned.
TEST(DeflateWalk, IsAsStrictAsZlibAboutDamage) {
  const std::string content = mixture(1500, 3);
  for (const std::string& whole :
       {deflated_by_libdeflate(content, 9), deflated_by_zlib(content, 6, Z_FIXED)}) {
    for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
      std::string packed = whole;
      packed[bit / 8] = static_cast<char>(packed[bit / 8] ^ (1 << bit % 8));
      std::string made(content.size() + 1, '\0');
      z_stream stream{};
      inflateInit2(&stream, -15);
      stream.next_in = reinterpret_cast<Bytef*>(packed.data());
      stream.avail_in = static_cast<uInt>(packed.size());
      stream.next_out = reinterpret_cast<Bytef*>(made.data());
      stream.avail_out = static_cast<uInt>(made.size());
      const bool whole_stream = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
      made.resize(stream.total_out);
      inflateEnd(&stream);
      if (problem(packed, content).empty()) {
        ASSERT_TRUE(whole_stream && made == content) << bit;
      }
    }
  }
}

TEST(Compress, JoinsPiecesIntoOneStream) {
  for (const size_t size : {2'097'152, 2'097'153, 7'000'001}) {
    const std::string content = mixture(size, static_cast<unsigned>(size));
    for (const int level : {1, 6}) {
      const CompressedMember member = compress(bytes_of(content), level);
      ASSERT_EQ(member.method, Method::kDeflated);
      EXPECT_EQ(member.parts.size(), (size + 2'097'151) / 2'097'152);
      std::string packed;
      for (const Buffer& part : member.parts) packed += part.bytes().text();
      EXPECT_EQ(packed.size(), member.packed_size());
      expect_same_blocks(packed, content);
      // The same in any order.
      const PieceCompressor pieces(size, level);
      std::vector<Buffer> parts(pieces.pieces());
      for (size_t i = parts.size(); i-- != 0;)
        parts[i] = pieces.pack(
            i, bytes_of(content).sub(pieces.begin(i), pieces.begin(i + 1) - pieces.begin(i), ""));
      std::string again;
      for (const Buffer& part : parts) again += part.bytes().text();
      EXPECT_EQ(packed, again);
    }
  }
}

// Each last bit of a byte that a block may end at, so that the empty block behind it has any place.
TEST(Compress, JoinsStreamsThatEndAnywhere) {
  std::set<uint64_t> ends;
  for (unsigned seed = 0; seed < 40; ++seed) {
    const std::string content =
        std::string(2'097'152 - 5000, 'a') + mixture(5000, seed) + mixture(3000, seed + 100);
    const CompressedMember member = compress(bytes_of(content), 1);
    std::string packed;
    for (const Buffer& part : member.parts) packed += part.bytes().text();
    std::string made;
    ends_by_zlib(packed, content.size(), made);
    ASSERT_EQ(made, content);
    for (const DeflateBlock& block : walk_deflate(bytes_of(packed), bytes_of(content)))
      if (block.content_end == 2'097'152 && block.content_begin != 2'097'152)
        ends.insert(block.end % 8);
  }
  EXPECT_EQ(ends.size(), 8u);
}

}  // namespace
}  // namespace elfwheel::wheel
