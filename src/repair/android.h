// What is different about a wheel for Android: it is cross-built, has its tag from the start, and
// its loader reads DT_RUNPATH alone, from API level 24 on.
// Sources: PEP 738; bionic, android-changes-for-ndk-developers.md ("Deprecation of DT_RPATH",
// "Changes to library search order"), linker/linker.cpp (kDefaultLdPaths); auditwheel 6.8.2,
// policy/__init__.py, patcher.py.
#pragma once

#include <optional>
#include <string>

#include "elfwheel/loader/environment.h"
#include "elfwheel/repair/audit.h"
#include "elfwheel/repair/options.h"
#include "elfwheel/repair/plan.h"
#include "elfwheel/wheel/wheel.h"

namespace elfwheel::repair {

inline constexpr int kFirstLevelWithRunpath = 24;

// The tag of an Android wheel; nothing where no platform tag begins with "android_", and nothing
// but a line in `refusals` for several tags, or one that no policy knows.
std::optional<policy::AndroidTag> find_android_tag(const wheel::WheelName& name,
                                                   std::vector<std::string>& refusals);

// The loader of an Android system: nothing of this machine but the directories that were named for
// this repair (AuditOptions::named_directories), and where Android keeps its own.
loader::LoaderEnvironment android_environment(const std::optional<std::string>& named_directories);

// Why a system of that age would not find the libraries of the wheel once the plan is carried out;
// "" where it does.
std::string reason_against(const RepairPlan& plan, const policy::AndroidTag& tag);

// DT_RPATH counts for nothing there.
void forget_rpath(ElfFacts& facts);

}  // namespace elfwheel::repair
