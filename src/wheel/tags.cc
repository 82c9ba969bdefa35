#include "elfwheel/wheel/tags.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "wheel/entry_path.h"

namespace elfwheel::wheel {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

std::string tag_text(const Tag& tag) {
  return fmt::format("{}-{}-{}", tag.python, tag.abi, tag.platform);
}

std::vector<Tag> parse_tags(std::string_view text) {
  const auto fail = [&] {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{} is not a tag: expected PYTHON-ABI-PLATFORM", printable(text)));
  };
  const std::vector<std::string> parts = split(text, '-');
  if (parts.size() != 3) fail();
  std::vector<Tag> tags;
  for (const std::string& python : split(parts[0], '.'))
    for (const std::string& abi : split(parts[1], '.'))
      for (const std::string& platform : split(parts[2], '.')) {
        if (python.empty() || abi.empty() || platform.empty()) fail();
        tags.push_back({python, abi, platform});
      }
  return tags;
}

std::vector<std::string> changed_platforms(const std::vector<std::string>& old,
                                           const PlatformChange& change) {
  std::vector<std::string> result;
  for (const std::string& platform : old)
    if (!contains(change.remove, platform)) result.push_back(platform);
  result.insert(result.end(), change.add.begin(), change.add.end());
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  if (result.size() > 1)
    result.erase(std::remove(result.begin(), result.end(), "any"), result.end());
  return result;
}

}  // namespace elfwheel::wheel
