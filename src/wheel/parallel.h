// Runs independent pieces of work in threads. The answer does not depend on how many.
#pragma once

#include <cstddef>
#include <functional>

namespace elfwheel::wheel {

// Calls body(0) .. body(count - 1), each once, from at most `threads` threads (0: one per
// processor), lowest first. When calls throw, the exception of the lowest index is rethrown after
// all threads have stopped; calls not begun by then are left out.
void parallel_for(size_t count, unsigned threads, const std::function<void(size_t)>& body);

}  // namespace elfwheel::wheel
