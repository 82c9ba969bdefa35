// Where a name was looked for, for a human: the directories, not each file that was tried.
#pragma once

#include <string>
#include <vector>

#include "elfwheel/loader/link_map.h"

namespace elfwheel::repair {

// In the order of the search, each once, as readable_path() writes them. Directories for certain
// processors below one that is named anyway (glibc-hwcaps/x86-64-v3) are left out.
std::vector<std::string> searched_directories(const loader::Request& request);

}  // namespace elfwheel::repair
