#include "repair/searched_directories.h"

#include <algorithm>

#include "base/paths.h"
#include "repair/installed_view.h"

namespace elfwheel::repair {
namespace {

// Source: glibc elf/dl-hwcaps.c; the names before 2.37: sysdeps/x86/dl-hwcap.h, elf/dl-load.c.
bool is_processor_directory(std::string_view name) {
  constexpr std::string_view kNames[] = {"glibc-hwcaps", "x86-64-v2", "x86-64-v3", "x86-64-v4",
                                         "tls",          "haswell",   "xeon_phi",  "avx512_1",
                                         "x86_64",       "i686"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool is_variant_of(const std::string& directory, const std::string& other) {
  if (!directory.starts_with(other + "/")) return false;
  const auto parts = split(std::string_view(directory).substr(other.size() + 1), '/');
  return std::all_of(parts.begin(), parts.end(), is_processor_directory);
}

}  // namespace

std::vector<std::string> searched_directories(const loader::Request& request) {
  std::vector<std::string> all;
  for (const loader::SearchStep& step : request.steps) {
    const std::string directory = normalize_path(directory_name(step.path));
    if (std::find(all.begin(), all.end(), directory) == all.end()) all.push_back(directory);
  }
  std::vector<std::string> named;
  for (const std::string& directory : all) {
    const bool variant = std::any_of(all.begin(), all.end(), [&](const std::string& other) {
      return is_variant_of(directory, other);
    });
    if (!variant) named.push_back(readable_path(directory));
  }
  return named;
}

}  // namespace elfwheel::repair
