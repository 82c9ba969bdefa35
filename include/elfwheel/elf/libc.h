// Which C library, and so which dynamic loader's rules, a file is made for.
#pragma once

#include <string_view>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

enum class Libc { kUnknown, kGlibc, kMusl };

// "glibc", "musl" or "unknown".
std::string_view libc_name(Libc libc);

// By PT_INTERP (ld-musl-*, ld-linux*, ld64.so.*, ...), else by DT_NEEDED (libc.musl-*, libc.so =>
// musl; libc.so.6, ld-linux* => glibc), else kUnknown. Nothing outside the file is looked at.
Libc find_libc(const ElfFile& file);

}  // namespace elfwheel::elf
