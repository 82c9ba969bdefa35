// The file that says which symbols get which names.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace elfwheel::cli {

using NamePairs = std::vector<std::pair<std::string, std::string>>;

// Adds the pairs of the file `path` to `pairs`: each line has an old name, blanks, and the new
// name; what follows is a comment. Empty lines are passed over. Errors: kNotFound, kIo; kUsage
// ("line 3: …") for a line with one word, an old name that `pairs` has already, and names with a
// version (an '@'), which renaming does not touch.
void read_name_map(const std::string& path, NamePairs& pairs);

}  // namespace elfwheel::cli
