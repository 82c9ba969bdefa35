// The one function of the module that is linked to LIEF (CMakeLists.txt says why there is one).
// Both sides are built together, from these headers.
#pragma once

#include "second_opinion/facts.h"

namespace elfwheel::second_opinion {

// `failure` stays empty when `facts` is filled, else it says why not: no exception leaves the
// module.
using ReadWithLief = void(Bytes bytes, SymbolCount count, Facts& facts, std::string& failure);

inline constexpr char kReadWithLief[] = "elfwheel_read_with_lief";

}  // namespace elfwheel::second_opinion
