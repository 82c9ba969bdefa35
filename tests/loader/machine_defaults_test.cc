#include "loader/machine_defaults.h"

#include <gtest/gtest.h>

namespace elfwheel::loader {
namespace {

using Strings = std::vector<std::string>;

const Bytes kFile(std::string_view("x"));

MachineNames names_of(uint16_t machine, elf::ElfClass elf_class = elf::ElfClass::kElf64,
                      elf::ByteOrder order = elf::ByteOrder::kLittle, uint32_t flags = 0) {
  elf::Header header;
  header.e_machine = machine;
  header.elf_class = elf_class;
  header.byte_order = order;
  header.e_flags = flags;
  return find_machine_names(header);
}

TEST(MachineNames, AreTheDistributionsOwn) {
  using elf::ElfClass;
  EXPECT_EQ(names_of(elf::EM_X86_64).glibc_loader, "/lib64/ld-linux-x86-64.so.2");
  EXPECT_EQ(names_of(elf::EM_X86_64, ElfClass::kElf32).multiarch, "x86_64-linux-gnux32");
  EXPECT_EQ(names_of(elf::EM_386, ElfClass::kElf32).multiarch, "i386-linux-gnu");
  EXPECT_EQ(names_of(elf::EM_AARCH64).cache_flags, 0xa03u);
  EXPECT_EQ(names_of(elf::EM_PPC64).glibc_loader, "/lib64/ld64.so.2");
  EXPECT_EQ(names_of(elf::EM_PPC64, ElfClass::kElf64, elf::ByteOrder::kBig).glibc_loader,
            "/lib64/ld64.so.1");
  EXPECT_EQ(names_of(elf::EM_ARM, ElfClass::kElf32, elf::ByteOrder::kLittle, 0x5000400).multiarch,
            "arm-linux-gnueabihf");
  EXPECT_EQ(names_of(elf::EM_ARM, ElfClass::kElf32, elf::ByteOrder::kLittle, 0x5000200).multiarch,
            "arm-linux-gnueabi");
  EXPECT_EQ(names_of(elf::EM_68K).glibc_loader, "");
}

TEST(DefaultDirectories, AreDebiansOnDebian) {
  const auto files = make_memory_file_system();
  files->add_file("/etc/debian_version", kFile);
  const MachineNames names = names_of(elf::EM_X86_64);
  EXPECT_EQ(find_default_directories(*files, names),
            (Strings{"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib"}));
  EXPECT_EQ(find_lib_token(*files, names), "lib/x86_64-linux-gnu");
}

TEST(DefaultDirectories, AreLib64ElsewhereWhereThereIsOne) {
  const auto files = make_memory_file_system();
  const MachineNames names = names_of(elf::EM_X86_64);
  EXPECT_EQ(find_default_directories(*files, names), (Strings{"/lib", "/usr/lib"}));
  files->add_file("/usr/lib64/x", kFile);
  EXPECT_EQ(find_default_directories(*files, names), (Strings{"/lib64", "/usr/lib64"}));
  EXPECT_EQ(find_lib_token(*files, names), "lib64");
}

TEST(DefaultDirectories, OfDebiansLib32PackagesAreTheirOwn) {
  const auto files = make_memory_file_system();
  files->add_file("/etc/debian_version", kFile);
  files->add_file("/usr/lib32/libc.so.6", kFile);
  const MachineNames names = names_of(elf::EM_386, elf::ElfClass::kElf32);
  EXPECT_EQ(find_default_directories(*files, names),
            (Strings{"/lib32", "/usr/lib32", "/lib", "/usr/lib"}));
  EXPECT_EQ(find_lib_token(*files, names), "lib32");
}

}  // namespace
}  // namespace elfwheel::loader
