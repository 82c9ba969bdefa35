// Everything outside the files that the dynamic loader's answer depends on: a value, so that the
// answer for another machine, root or process can be computed here.
//
// Sources: ld.so(8); glibc 2.36 elf/dl-load.c, sysdeps/x86/dl-hwcap*; musl 1.2.3 ldso/dynlink.c.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/elf/elf_file.h"
#include "elfwheel/elf/libc.h"
#include "elfwheel/loader/glibc_version.h"

namespace elfwheel::loader {

struct LoaderEnvironment {
  // LD_LIBRARY_PATH as written; nothing when unset.
  std::optional<std::string> library_path;
  // LD_PRELOAD as written. A caller with search directories of its own (--ldpaths) puts them into
  // library_path.
  std::optional<std::string> preload;
  // LD_AUDIT as written.
  std::optional<std::string> audit;
  // Whether /etc/ld.so.preload, /etc/ld.so.cache and the musl path file are read.
  bool read_system_files = true;
  // Whether, where there is no /etc/ld.so.cache, the directories of /etc/ld.so.conf serve as they
  // will once ldconfig has run. ld.so reads that file never: meant for roots that are not finished.
  bool conf_without_cache = false;
  // Subdirectory names under glibc-hwcaps/, best first ("x86-64-v3", "x86-64-v2").
  std::vector<std::string> hwcaps;
  // Parts of the legacy directories that this CPU has: "haswell" (also $PLATFORM), "avx512_1",
  // "x86_64". A glibc of 2.37 or later does not search them.
  std::vector<std::string> legacy_hwcaps;
  // Whose rules to follow; nothing = those of the libc.so.6 in the default directories, and 2.36's
  // where there is none.
  std::optional<GlibcVersion> glibc_version;
  // The e_machine that hwcaps, legacy_hwcaps and platform_token are of: they do not count for a
  // root file of another machine. Nothing = they count for every file.
  std::optional<uint16_t> cpu_machine;
  // $LIB and $PLATFORM; empty = by the root file's machine.
  std::string lib_token;
  std::string platform_token;
  // Directories searched last, in order; empty = by the root file's machine and what the file
  // system shows (Debian's multiarch directories, /lib64, /usr/lib64, /lib, /usr/lib).
  std::vector<std::string> default_directories;
  // The rules to follow; kUnknown = by the root file, and by the machine's own libc failing that.
  elf::Libc libc = elf::Libc::kUnknown;
};

// The environment of a process that this machine would start now: hwcaps by CPUID, the libc's
// directories. LD_LIBRARY_PATH and LD_PRELOAD are parameters, unset by themselves: the library reads
// no environment.
LoaderEnvironment host_environment(std::optional<std::string> library_path = std::nullopt,
                                   std::optional<std::string> preload = std::nullopt);

// The levels of assume_cpu_level, the lowest first.
inline constexpr std::array<std::string_view, 4> kCpuLevels = {"x86-64", "x86-64-v2", "x86-64-v3",
                                                               "x86-64-v4"};

// Puts a CPU of that level (one of kCpuLevels, else kUsage) in the place of this machine's. It is
// none of Intel's: $PLATFORM and the legacy directory are "x86_64", never "haswell".
void assume_cpu_level(LoaderEnvironment& environment, std::string_view level);

}  // namespace elfwheel::loader
