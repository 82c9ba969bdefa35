// The subdirectories that glibc tries in every directory before the directory itself, and what this
// machine's CPU makes of them.
//
// Source: glibc 2.36 elf/dl-hwcaps.c `_dl_important_hwcaps`, sysdeps/x86_64/dl-hwcaps_subdirs.c,
// sysdeps/x86/cpu-features.c; x86-64 psABI, "Micro-Architecture Levels".
#pragma once

#include <string>
#include <vector>

namespace elfwheel::loader {

// What a CPU (and the kernel, for its registers) offers to the loader.
struct CpuCapabilities {
  std::vector<std::string> hwcaps;  // under glibc-hwcaps/, best first
  std::vector<std::string> legacy;  // parts of the legacy subdirectories, the outermost first
  std::string platform;             // $PLATFORM
};

// This machine's; empty on machines without x86-64's levels.
CpuCapabilities read_cpu_capabilities();

// All subdirectories in the order of trying, each with its trailing slash; the last one is "", the
// directory itself. None twice. Without `legacy` there are no legacy ones, not even "tls/".
std::vector<std::string> list_subdirectories(const std::vector<std::string>& hwcaps,
                                             const std::vector<std::string>& legacy);

}  // namespace elfwheel::loader
