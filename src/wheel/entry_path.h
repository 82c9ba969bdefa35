// Names of archive entries: which ones may be written to disk by an installer without harm, and
// how they are printed. What is refused here is refused before anything else looks at the archive.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/wheel/archive.h"

namespace elfwheel::wheel {

// `name` for a message: control bytes as \x1b, so that one line stays one line.
std::string printable(std::string_view name);

// What is wrong with `name` as the name of an entry, final '/' already gone: it is absolute, climbs
// with "..", has a backslash, an empty or "." part, a NUL. Empty when nothing is.
std::string entry_path_problem(std::string_view name);

// kCorrupt "ENTRY: ..." when two entries have one name, or one entry is a file and another lies
// below it.
void check_clashes(const std::vector<ArchiveEntry>& entries);

}  // namespace elfwheel::wheel
