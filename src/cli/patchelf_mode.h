// `elfwheel patchelf …`, and this program under the name `patchelf`: patchelf 0.19's options, exit
// codes (0 and 1) and standard output, with edits by this project's writer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/exit_status.h"

namespace elfwheel::cli {

// The words meant for patchelf, when the program's name or its first argument says so.
std::optional<std::vector<std::string>> find_patchelf_words(int argc, const char* const* argv);

// Does what patchelf does with `words`; kDone or kNo. Complaints begin with "patchelf: ".
ExitStatus run_patchelf(const std::vector<std::string>& words, Console& console);

}  // namespace elfwheel::cli
