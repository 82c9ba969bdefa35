// Which libc a file is made for, from its own PT_INTERP and DT_NEEDED.

#include "elfwheel/elf/libc.h"

namespace elfwheel::elf {
namespace {

bool has_prefix(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

Libc libc_of_loader(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (has_prefix(name, "ld-musl-")) return Libc::kMusl;
  if (path == "/system/bin/linker" || path == "/system/bin/linker64") return Libc::kAndroid;
  // ld.so.1 is glibc's name on powerpc, mips and s390; ld64.so.1 and .2 on 64-bit ones.
  if (has_prefix(name, "ld-linux") || has_prefix(name, "ld64.so.") || name == "ld.so.1")
    return Libc::kGlibc;
  return Libc::kUnknown;
}

Libc libc_of_needed(std::string_view name) {
  if (name == "libc.so" || has_prefix(name, "libc.musl-")) return Libc::kMusl;
  if (name == "libc.so.6" || name == "libc.so.6.1") return Libc::kGlibc;
  return libc_of_loader(name);
}

}  // namespace

std::string_view libc_name(Libc libc) {
  switch (libc) {
    case Libc::kGlibc:
      return "glibc";
    case Libc::kMusl:
      return "musl";
    case Libc::kAndroid:
      return "android";
    case Libc::kUnknown:
      break;
  }
  return "unknown";
}

Libc find_libc(const ElfFile& file) {
  if (file.interp())
    if (const Libc libc = libc_of_loader(*file.interp()); libc != Libc::kUnknown) return libc;
  for (const std::string_view name : file.needed())
    if (const Libc libc = libc_of_needed(name); libc != Libc::kUnknown) return libc;
  return Libc::kUnknown;
}

}  // namespace elfwheel::elf
