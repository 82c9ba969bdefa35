// What a libc has compiled in for the machine a file is made for: where its loader lies, which
// directories it searches last, $LIB and $PLATFORM, and how ld.so.cache marks its libraries.
//
// Source: glibc 2.36 sysdeps/*/shlib-versions, sysdeps/unix/sysv/linux/*/dl-cache.h,
// sysdeps/generic/ldconfig.h; Debian's multiarch tuples; musl 1.2.3 configure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/elf/elf_file.h"

namespace elfwheel::loader {

// What a library must have in common with the root to be loaded beside it.
struct MachineKind {
  elf::ElfClass elf_class = elf::ElfClass::kElf64;
  elf::ByteOrder byte_order = elf::ByteOrder::kLittle;
  uint16_t machine = elf::EM_NONE;
  friend bool operator==(const MachineKind&, const MachineKind&) = default;
};

// How a machine's libraries are called; every field is empty or 0 where this table ends.
struct MachineNames {
  std::string multiarch;          // Debian's tuple: "x86_64-linux-gnu"
  std::string glibc_loader;       // "/lib64/ld-linux-x86-64.so.2"
  std::string musl_name;          // "x86_64", as in ld-musl-x86_64.so.1
  std::string platform;           // AT_PLATFORM
  std::string library_directory;  // "lib64" where Fedora and the FHS have it, else "lib"
  uint32_t cache_flags = 0;       // of the entries of ld.so.cache that are this machine's
  // Parts of the legacy directories that every CPU of it has; others' depend on the CPU.
  std::vector<std::string> legacy_hwcaps = {};
};
MachineNames find_machine_names(const elf::Header& header);

// The directories that glibc on `files` searches last, in order and without trailing slashes:
// Debian's four where `files` looks like Debian, else those of the FHS.
std::vector<std::string> find_default_directories(const FileSystem& files,
                                                  const MachineNames& names);

// $LIB of that glibc.
std::string find_lib_token(const FileSystem& files, const MachineNames& names);

}  // namespace elfwheel::loader
