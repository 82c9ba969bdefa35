// The note in which a program says where its libraries were found when it was made, so that the
// loader need not try every directory of a long rpath: Nix puts each library into a directory of
// its own. Only NixOS's glibc reads it; for any other it is a note like any other.
//
// Source: the notes that patchelf 0.19 writes, and NixOS's patch of glibc elf/dl-load.c.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/elf/elf_file.h"

namespace elfwheel::loader {

struct ResolutionCache {
  // The note's descriptor: "NAME\0PLACE:PLACE…\0" for each needed name, sorted, and a NUL. A PLACE
  // is "=PATH", a file that was there, or "?DIR", a directory to be searched at run time.
  std::vector<std::byte> descriptor;
  // Why the descriptor is empty: one line.
  std::string why_none;
};

// What DT_NEEDED of `file` comes to along its rpath, in the rpath's order. Names with a slash are
// not searched for, so they are left out, and so are names that have no place. A directory is to
// be searched at run time when it is relative, has a token ($ORIGIN), has glibc-hwcaps
// subdirectories (the CPU decides), or cannot be looked into now.
// No error of its own; what ElfFile's string accessors throw.
ResolutionCache build_resolution_cache(const elf::ElfFile& file, const FileSystem& files);

}  // namespace elfwheel::loader
