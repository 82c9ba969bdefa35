// The parts of a long help that options of several files stand in.
#pragma once

namespace elfwheel::cli {

// Which libraries come into a wheel, and from where.
inline constexpr const char* kLibraries = "Libraries";
// What the wheel becomes.
inline constexpr const char* kResult = "Result";

}  // namespace elfwheel::cli
