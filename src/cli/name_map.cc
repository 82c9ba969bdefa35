#include "cli/name_map.h"

#include <algorithm>
#include <sstream>

#include "cli/text_file.h"
#include "elfwheel/base/error.h"

namespace elfwheel::cli {

namespace {

// Adds the pair that `line` holds, if any.
void read_pair(const std::string& line, NamePairs& pairs) {
  std::istringstream words(line);
  std::string old_name, new_name;
  if (!(words >> old_name)) return;
  if (!(words >> new_name)) throw Error(ErrorCode::kUsage, "no new name for " + old_name);
  for (const std::string& name : {old_name, new_name})
    if (name.find('@') != std::string::npos)
      throw Error(ErrorCode::kUsage, name + " has a version: versions stay as they are");
  const bool present = std::any_of(pairs.begin(), pairs.end(),
                                   [&](const auto& pair) { return pair.first == old_name; });
  if (present) throw Error(ErrorCode::kUsage, old_name + " gets a second new name");
  pairs.emplace_back(old_name, new_name);
}

}  // namespace

void read_name_map(const std::string& path, NamePairs& pairs) {
  with_where(path, [&] {
    std::istringstream lines(read_text_file(path));
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      with_where("line " + std::to_string(number), [&] { read_pair(line, pairs); });
    }
  });
}

}  // namespace elfwheel::cli
