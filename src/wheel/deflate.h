// One whole deflate stream, by libdeflate, which works on whole buffers: that makes it two to three
// times as fast as zlib at the same size.
#pragma once

#include <cstdint>

#include "elfwheel/wheel/buffer.h"

namespace elfwheel::wheel {

// How much is packed at once of what is large. A piece knows nothing of what is before it: at this
// size that costs a thousandth of the result.
inline constexpr uint64_t kPieceSize = uint64_t{2} << 20;

// `content` at libdeflate's `level`, 0 (stored blocks) .. 12. More memory is reserved than is used.
Buffer deflate(Bytes content, int level);

}  // namespace elfwheel::wheel
