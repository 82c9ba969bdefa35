#include "repair/verify_scene.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/paths.h"

namespace elfwheel::repair {
namespace {

// PEP 600, PEP 656: manylinux_2_30_x86_64 -> 2, 30.
std::optional<std::pair<int, int>> find_release(std::string_view platform) {
  for (const std::string_view start : {"manylinux_", "musllinux_"}) {
    if (!platform.starts_with(start)) continue;
    const std::string_view rest = platform.substr(start.size());
    const char* const end = rest.data() + rest.size();
    int major = 0;
    int minor = 0;
    const auto first = std::from_chars(rest.data(), end, major);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != '_') return std::nullopt;
    if (std::from_chars(first.ptr + 1, end, minor).ec != std::errc()) return std::nullopt;
    return std::pair(major, minor);
  }
  return std::nullopt;
}

}  // namespace

bool is_inside(const Scene& scene, const std::string& path) {
  return is_within(path, scene.prefix);
}

// A release without a policy of its own is judged as the next newer one that has one.
policy::PolicyIndex policy_of(const policy::PolicySet& policies, const std::string& platform) {
  if (const auto found = policies.find(platform)) return *found;
  const auto release = find_release(platform);
  for (policy::PolicyIndex i = 0; release && i < policies.linux_index(); ++i)
    if (std::pair(policies[i].major, policies[i].minor) >= *release) return i;
  return platform.starts_with("linux") ? policies.linux_index() : policies.newest();
}

Promise make_promise(policy::PolicySet policies, const std::vector<wheel::Tag>& tags,
                     std::vector<wheel::PythonVersion> pythons) {
  Promise promise{std::move(policies), 0, false, std::move(pythons), false};
  promise.policy = promise.policies.linux_index();
  for (const wheel::Tag& tag : tags) {
    promise.stable_abi = promise.stable_abi || tag.abi.starts_with("abi3");
    if (!tag.platform.starts_with("manylinux") && !tag.platform.starts_with("musllinux")) continue;
    promise.policy = std::min(promise.policy, policy_of(promise.policies, tag.platform));
    promise.portable = true;
  }
  return promise;
}

}  // namespace elfwheel::repair
