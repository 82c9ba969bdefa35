// Deflate streams by zlib and libdeflate, and contents to pack.
#pragma once

#include <string>

namespace elfwheel::test {

// Text that repeats itself near and far, with stretches of noise; the same for the same seed.
std::string mixture(size_t size, unsigned seed);

// Raw streams (RFC 1951). `strategy` as zlib names them.
std::string deflated_by_zlib(const std::string& content, int level, int strategy);
std::string deflated_by_libdeflate(const std::string& content, int level);
// "" and a failed expectation where `packed` is no whole stream.
std::string inflated_by_zlib(const std::string& packed);

}  // namespace elfwheel::test
