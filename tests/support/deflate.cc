#include "support/deflate.h"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <random>

namespace elfwheel::test {

std::string mixture(size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size) {
    const size_t kind = random() % 4;
    const size_t length = 1 + random() % 3000;
    if (kind == 0) {
      for (size_t i = 0; i < length; ++i) text += static_cast<char>(random());
    } else if (kind == 1 || text.size() < 10) {
      text += std::string(length, static_cast<char>('a' + random() % 26));
    } else if (kind == 2) {
      for (size_t i = 0; i < length; ++i) text += static_cast<char>('a' + random() % 5);
    } else {
      const size_t back = 1 + random() % std::min<size_t>(text.size(), 40000);
      for (size_t i = 0; i < length; ++i) text += text[text.size() - back];
    }
  }
  text.resize(size);
  return text;
}

std::string deflated_by_zlib(const std::string& content, int level, int strategy) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, -15, 8, strategy), Z_OK);
  std::string packed(deflateBound(&stream, content.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string deflated_by_libdeflate(const std::string& content, int level) {
  libdeflate_compressor* const compressor = libdeflate_alloc_compressor(level);
  std::string packed(libdeflate_deflate_compress_bound(compressor, content.size()), '\0');
  packed.resize(libdeflate_deflate_compress(compressor, content.data(), content.size(),
                                            packed.data(), packed.size()));
  libdeflate_free_compressor(compressor);
  return packed;
}

std::string inflated_by_zlib(const std::string& packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, -15), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string content;
  std::string part(1 << 20, '\0');
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = static_cast<uInt>(part.size());
    status = inflate(&stream, Z_NO_FLUSH);
    content.append(part, 0, part.size() - stream.avail_out);
  }
  EXPECT_EQ(status, Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0u);
  inflateEnd(&stream);
  return content;
}

}  // namespace elfwheel::test
