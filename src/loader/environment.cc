// The environment of a process on this machine.
#include "elfwheel/loader/environment.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

#include "elfwheel/base/error.h"
#include "loader/hwcaps.h"

namespace elfwheel::loader {

namespace {

// glibc stopped searching the legacy directories in 2.37. A machine whose libc is not glibc is
// taken for one with a newer glibc.
bool searches_legacy_directories() {
#if defined(__GLIBC__)
  char* end = nullptr;
  const char* const version = ::gnu_get_libc_version();
  const long major = std::strtol(version, &end, 10);
  const long minor = *end == '.' ? std::strtol(end + 1, nullptr, 10) : 0;
  return major == 2 && minor < 37;
#else
  return false;
#endif
}

}  // namespace

LoaderEnvironment host_environment(std::optional<std::string> library_path,
                                   std::optional<std::string> preload) {
  LoaderEnvironment environment;
  environment.library_path = std::move(library_path);
  environment.preload = std::move(preload);
  CpuCapabilities cpu = read_cpu_capabilities();
  environment.hwcaps = std::move(cpu.hwcaps);
  if (searches_legacy_directories()) environment.legacy_hwcaps = std::move(cpu.legacy);
  environment.platform_token = std::move(cpu.platform);
#if defined(__x86_64__)
  environment.cpu_machine = elf::EM_X86_64;
#endif
  return environment;
}

void assume_cpu_level(LoaderEnvironment& environment, std::string_view level) {
  const auto* const at = std::find(kCpuLevels.begin(), kCpuLevels.end(), level);
  if (at == kCpuLevels.end())
    throw Error(ErrorCode::kUsage, "no CPU level is called '" + std::string(level) + "'");
  environment.hwcaps.clear();
  for (const auto* each = at; each != kCpuLevels.begin(); --each)
    environment.hwcaps.emplace_back(*each);
  environment.legacy_hwcaps.clear();
  if (searches_legacy_directories()) environment.legacy_hwcaps.emplace_back("x86_64");
  environment.platform_token = "x86_64";
  environment.cpu_machine = elf::EM_X86_64;
}

}  // namespace elfwheel::loader
