// The environment of a process on this machine.
#include "elfwheel/loader/environment.h"

#include <linux/auxvec.h>

#include <algorithm>
#include <utility>

#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

#include "elfwheel/base/error.h"
#include "loader/hwcaps.h"

// As in <sys/auxv.h>, which includes <elf.h>.
extern "C" unsigned long getauxval(unsigned long type) noexcept;

namespace elfwheel::loader {

namespace {

// The machine's glibc is this process's where the machine's loader started it. A program whose libc
// is another one, or which brought its own in itself (static: there is no loader, AT_BASE is 0), says
// nothing of that.
std::optional<GlibcVersion> own_glibc_version() {
#if defined(__GLIBC__)
  if (::getauxval(AT_BASE) == 0) return std::nullopt;
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
