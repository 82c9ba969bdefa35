#include "elfwheel/wheel/wheel_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "wheel/version.h"

namespace elfwheel::wheel {
namespace {

constexpr std::string_view kSuffix = ".whl";

bool has_empty(const std::vector<std::string>& parts) {
  return std::any_of(parts.begin(), parts.end(), [](const auto& part) { return part.empty(); });
}

}  // namespace

std::vector<Tag> WheelName::tags() const {
  std::vector<Tag> result;
  for (const std::string& python : pythons)
    for (const std::string& abi : abis)
      for (const std::string& platform : platforms) result.push_back({python, abi, platform});
  return result;
}

std::string WheelName::file_name() const {
  return fmt::format("{}-{}{}{}-{}-{}-{}{}", distribution, version, build.empty() ? "" : "-", build,
                     fmt::join(pythons, "."), fmt::join(abis, "."), fmt::join(platforms, "."),
                     kSuffix);
}

WheelName parse_wheel_name(std::string_view file_name) {
  const auto fail = [] {
    throw Error(ErrorCode::kCorrupt,
                "not a wheel's file name: expected "
                "DISTRIBUTION-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl");
  };
  if (!file_name.ends_with(kSuffix)) fail();
  const auto parts = split(file_name.substr(0, file_name.size() - kSuffix.size()), '-');
  if (parts.size() < 5 || parts.size() > 6 || has_empty(parts)) fail();
  WheelName name;
  name.distribution = parts[0];
  name.version = parts[1];
  if (parts.size() == 6) name.build = parts[2];
  // PEP 427: "Must start with a digit."
  if (!name.build.empty() && (name.build[0] < '0' || name.build[0] > '9')) fail();
  const size_t tags = parts.size() - 3;
  name.pythons = split(parts[tags], '.');
  name.abis = split(parts[tags + 1], '.');
  name.platforms = split(parts[tags + 2], '.');
  if (has_empty(name.pythons) || has_empty(name.abis) || has_empty(name.platforms)) fail();
  return name;
}

WheelName with_platforms(const WheelName& name, const PlatformChange& change) {
  WheelName result = name;
  result.platforms = changed_platforms(name.platforms, change);
  return result;
}

std::string normalize_name(std::string_view name) {
  std::string result;
  for (const char c : to_lower(name)) {
    const bool separator = c == '-' || c == '_' || c == '.';
    if (!separator)
      result += c;
    else if (result.empty() || result.back() != '-')
      result += '-';
  }
  return result;
}

}  // namespace elfwheel::wheel
