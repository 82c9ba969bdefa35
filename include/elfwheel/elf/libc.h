// Which C library, and so which dynamic loader's rules, a file is made for.
#pragma once

#include <string_view>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

enum class Libc { kUnknown, kGlibc, kMusl, kAndroid };

// "glibc", "musl", "android" or "unknown".
std::string_view libc_name(Libc libc);

// By PT_INTERP (ld-musl-*, ld-linux*, ld64.so.*, Android's /system/bin/linker, ...), else by
// DT_NEEDED (libc.musl-*, libc.so => musl; libc.so.6, ld-linux* => glibc), else kUnknown. Nothing
// outside the file is looked at. An Android library needs libc.so as well: who knows that it is one
// (by its wheel's tag) knows better than this.
Libc find_libc(const ElfFile& file);

}  // namespace elfwheel::elf
