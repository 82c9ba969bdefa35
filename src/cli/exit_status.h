// Exit codes of every command.
#pragma once

#include <algorithm>

namespace elfwheel::cli {

enum class ExitStatus {
  kDone = 0,
  kNo = 1,     // the answer is no: not found, not repairable, inconsistent
  kError = 2,  // wrong usage, unreadable or malformed input
};

inline ExitStatus worst(ExitStatus a, ExitStatus b) { return std::max(a, b); }

}  // namespace elfwheel::cli
