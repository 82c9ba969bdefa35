#include "repair/android.h"

#include <fmt/format.h>

#include <algorithm>

namespace elfwheel::repair {

std::optional<policy::AndroidTag> find_android_tag(const wheel::WheelName& name,
                                                   std::vector<std::string>& refusals) {
  const auto is_android = [](const std::string& platform) {
    return platform.starts_with("android_");
  };
  const auto& platforms = name.platforms;
  const auto tag = std::find_if(platforms.begin(), platforms.end(), is_android);
  if (tag == platforms.end()) return std::nullopt;
  if (platforms.size() > 1) {
    refusals.push_back(fmt::format("an Android wheel has one platform tag, and this one has {}",
                                   fmt::join(platforms, ", ")));
    return std::nullopt;
  }
  auto parsed = policy::parse_android_tag(*tag);
  if (!parsed)
    refusals.push_back(
        fmt::format("no policy is known for {}: Android's tags are android_LEVEL_arm64_v8a and "
                    "android_LEVEL_x86_64, from level 21 on",
                    *tag));
  return parsed;
}

loader::LoaderEnvironment android_environment(const std::optional<std::string>& named_directories) {
  loader::LoaderEnvironment environment;
  environment.libc = elf::Libc::kAndroid;
  environment.read_system_files = false;
  environment.library_path = named_directories;
  environment.default_directories = {"/system/lib64", "/odm/lib64", "/vendor/lib64"};
  return environment;
}

std::string reason_against(const RepairPlan& plan, const policy::AndroidTag& tag) {
  if (tag.api_level >= kFirstLevelWithRunpath) return "";
  const auto sets_rpath = [](const auto& step) { return !step.edits.rpath.value_or("").empty(); };
  const auto patched = std::find_if(plan.patches.begin(), plan.patches.end(), sets_rpath);
  if (patched == plan.patches.end()) return "";
  return fmt::format(
      "{} needs a search path for libraries of the wheel, and Android has none before API level "
      "{}: "
      "{} is too old",
      patched->path, kFirstLevelWithRunpath, tag.name);
}

void forget_rpath(ElfFacts& facts) {
  if (!facts.runpath) facts.rpath.reset();
}

}  // namespace elfwheel::repair
