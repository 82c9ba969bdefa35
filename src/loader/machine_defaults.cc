#include "loader/machine_defaults.h"

namespace elfwheel::loader {

namespace {

// EF_ARM_ABI_FLOAT_HARD: "ELF for the Arm Architecture", e_flags.
constexpr uint32_t kArmHardFloat = 0x400;

// The low byte of cache flags: FLAG_ELF_LIBC6; the high byte says which ABI of the machine.
constexpr uint32_t kLibc6 = 0x3;

MachineNames arm_names(uint32_t e_flags) {
  if ((e_flags & kArmHardFloat) != 0)
    return {"arm-linux-gnueabihf", "/lib/ld-linux-armhf.so.3", "armhf", "v7l", "lib",
            0x900 | kLibc6};
  return {"arm-linux-gnueabi", "/lib/ld-linux.so.3", "arm", "v7l", "lib", 0xb00 | kLibc6};
}

bool is_directory(const FileSystem& files, const std::string& path) {
  const FileStatus status = files.status(path);
  return status.error == 0 && status.kind == FileKind::kDirectory;
}

bool is_debian(const FileSystem& files, const MachineNames& names) {
  if (names.multiarch.empty()) return false;
  // Debian's lib32 packages make a second glibc with slibdir /lib32; a multiarch directory of that
  // machine would be the sign of the first.
  return is_directory(files, "/usr/lib/" + names.multiarch) ||
         is_directory(files, "/lib/" + names.multiarch) ||
         files.status("/etc/debian_version").error == 0;
}

// Debian's bi-arch packages (libc6-i386) have their own directory, and no multiarch one.
bool is_debian_biarch(const FileSystem& files, const MachineNames& names) {
  return names.multiarch == "i386-linux-gnu" && is_directory(files, "/usr/lib32") &&
         !is_directory(files, "/usr/lib/i386-linux-gnu") &&
         !is_directory(files, "/lib/i386-linux-gnu");
}

}  // namespace

MachineNames find_machine_names(const elf::Header& header) {
  const bool is_64 = header.elf_class == elf::ElfClass::kElf64;
  const bool is_big = header.byte_order == elf::ByteOrder::kBig;
  switch (header.e_machine) {
    case elf::EM_X86_64:
      if (is_64)
        return {"x86_64-linux-gnu", "/lib64/ld-linux-x86-64.so.2", "x86_64", "x86_64", "lib64",
                0x300 | kLibc6};
      return {"x86_64-linux-gnux32", "/libx32/ld-linux-x32.so.2", "x32", "x86_64", "libx32",
              0x800 | kLibc6};
    case elf::EM_386:
      return {"i386-linux-gnu", "/lib/ld-linux.so.2", "i386", "i686", "lib", kLibc6};
    case elf::EM_AARCH64:
      return {"aarch64-linux-gnu",
              "/lib/ld-linux-aarch64.so.1",
              "aarch64",
              "aarch64",
              "lib64",
              0xa00 | kLibc6,
              {"aarch64"}};
    case elf::EM_ARM:
      return arm_names(header.e_flags);
    case elf::EM_PPC64:
      if (is_big)
        return {"powerpc64-linux-gnu", "/lib64/ld64.so.1", "powerpc64", "ppc64", "lib64",
                0x500 | kLibc6};
      return {"powerpc64le-linux-gnu", "/lib64/ld64.so.2", "powerpc64le", "power8", "lib64",
              0x500 | kLibc6};
    case elf::EM_S390:
      if (!is_64) break;
      return {"s390x-linux-gnu", "/lib/ld64.so.1", "s390x", "z900", "lib64", 0x400 | kLibc6};
    case elf::EM_RISCV:
      if (!is_64) break;
      return {"riscv64-linux-gnu", "/lib/ld-linux-riscv64-lp64d.so.1", "riscv64", "", "lib64/lp64d",
              0x1000 | kLibc6};
    case elf::EM_LOONGARCH:
      if (!is_64) break;
      return {"loongarch64-linux-gnu",
              "/lib64/ld-linux-loongarch-lp64d.so.1",
              "loongarch64",
              "loongarch64",
              "lib64",
              0x1200 | kLibc6};
    default:
      break;
  }
  return {"", "", "", "", is_64 ? "lib64" : "lib", 0};
}

std::vector<std::string> find_default_directories(const FileSystem& files,
                                                  const MachineNames& names) {
  if (is_debian_biarch(files, names)) return {"/lib32", "/usr/lib32", "/lib", "/usr/lib"};
  if (is_debian(files, names))
    return {"/lib/" + names.multiarch, "/usr/lib/" + names.multiarch, "/lib", "/usr/lib"};
  if (is_directory(files, "/" + names.library_directory) ||
      is_directory(files, "/usr/" + names.library_directory))
    return {"/" + names.library_directory, "/usr/" + names.library_directory};
  return {"/lib", "/usr/lib"};
}

std::string find_lib_token(const FileSystem& files, const MachineNames& names) {
  if (is_debian_biarch(files, names)) return "lib32";
  if (is_debian(files, names)) return "lib/" + names.multiarch;
  return names.library_directory;
}

}  // namespace elfwheel::loader
