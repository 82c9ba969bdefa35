// A deflate stream for content that differs in a few places from that of another stream: blocks
// that the change does not touch are taken over as they are packed, the others are made anew.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "elfwheel/wheel/buffer.h"
#include "wheel/deflate_walk.h"

namespace elfwheel::wheel {

// `packed` holds `old_content`. `changes`: ranges [begin, end) of `content` that may differ from
// it, ascending, not overlapping; what lies behind the end of `old_content` is among them. Nothing
// where less than half of the stream could be kept. What is returned was read back and compared.
// The functions are called with ranges of the contents that are done with, if only for a while.
// Errors: kCorrupt where `packed` does not hold `old_content`.
std::optional<Buffer> splice_deflate(Bytes packed, Bytes old_content, Bytes content,
                                     const std::vector<std::pair<uint64_t, uint64_t>>& changes,
                                     int level, const Release& release_old = nullptr,
                                     const Release& release = nullptr);

}  // namespace elfwheel::wheel
