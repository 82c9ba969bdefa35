// Which directories of an rpath are of use: those in which something needed lies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/elf/elf_file.h"

namespace elfwheel::loader {

// `rpath`, in order, without the absolute directories that give `file` nothing: one stays when it
// holds a library that `file` needs, made for the same kind of machine, which no directory before
// it holds. Entries whose place is known at run time only stay, too: relative ones and those with
// a token ($ORIGIN, $LIB). Empty entries (the current directory) go.
// With `allowed_prefixes`, absolute entries that begin with none of them go first, and what they
// hold counts for nothing. Looks at direct needs alone, as whoever needs more has its own rpath.
std::string shrink_rpath(const elf::ElfFile& file, std::string_view rpath,
                         const std::vector<std::string>& allowed_prefixes, const FileSystem& files);

}  // namespace elfwheel::loader
