// Reads a deflate stream beside the content that it is to hold: says where its blocks lie, which no
// library tells at this speed, and that it holds that content and nothing else. What libdeflate has
// packed is so judged by code that shares nothing with it.
// Source: RFC 1951.
#pragma once

#include <cstdint>
#include <vector>

#include "elfwheel/base/bytes.h"
#include "elfwheel/base/release.h"

namespace elfwheel::wheel {

// How far back a match may lie (section 2).
inline constexpr uint64_t kDeflateReach = 32768;

struct DeflateBlock {
  uint64_t begin = 0;          // bit of the stream at which its header begins
  uint64_t end = 0;            // bit behind its last one
  uint64_t content_begin = 0;  // bytes of the content that it makes: [content_begin, content_end)
  uint64_t content_end = 0;
  bool is_last = false;  // BFINAL
  bool is_stored = false;
};

// The blocks of `packed`, which begins with one and ends with the byte in which its last one ends.
// `release` is called with each range [begin, end) of `content` that is done with.
// Errors: kCorrupt for a stream that is none, or that does not make exactly `content`.
std::vector<DeflateBlock> walk_deflate(Bytes packed, Bytes content,
                                       const Release& release = nullptr);

}  // namespace elfwheel::wheel
