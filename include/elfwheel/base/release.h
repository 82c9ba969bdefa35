// How those who read large content tell its owner what they are done with.
#pragma once

#include <cstdint>
#include <functional>

namespace elfwheel {

// Called with a range [begin, end) of the content that will not be looked at for a while. May be
// empty where nobody wants to know.
using Release = std::function<void(uint64_t begin, uint64_t end)>;

}  // namespace elfwheel
