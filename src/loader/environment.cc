// The environment of a process on this machine.
#include "elfwheel/loader/environment.h"

#include <algorithm>
#include <utility>

#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

#include "elfwheel/base/error.h"
#include "loader/hwcaps.h"

namespace elfwheel::loader {

namespace {

// A machine whose libc is not glibc says nothing of the glibc it may have beside it.
std::optional<GlibcVersion> own_glibc_version() {
#if defined(__GLIBC__)
  return parse_glibc_version(::gnu_get_libc_version());
#else
  return std::nullopt;
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
  environment.legacy_hwcaps = std::move(cpu.legacy);
  environment.glibc_version = own_glibc_version();
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
  environment.legacy_hwcaps = {"x86_64"};
  environment.platform_token = "x86_64";
  environment.cpu_machine = elf::EM_X86_64;
}

}  // namespace elfwheel::loader
