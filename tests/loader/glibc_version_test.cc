// What a release of glibc changes in the loader's answer, and which one a root has.
#include "loader/glibc_version.h"

#include <gtest/gtest.h>

#include "loader/memory_machine.h"

namespace elfwheel::loader {
namespace {

using Strings = std::vector<std::string>;
using test::MemoryMachine;

TEST(GlibcVersion, IsReadFromTheFrontOfAText) {
  EXPECT_EQ(parse_glibc_version("2.36"), (GlibcVersion{2, 36}));
  EXPECT_EQ(parse_glibc_version("2.2.5"), (GlibcVersion{2, 2}));
  EXPECT_EQ(parse_glibc_version("2.41-12"), (GlibcVersion{2, 41}));
  for (const char* text : {"", "2", "2.", "x", ".36", "99999999999.1"})
    EXPECT_EQ(parse_glibc_version(text), std::nullopt) << text;
}

TEST(GlibcVersion, LaterOnesHaveNoLegacyDirectories) {
  MemoryMachine machine;
  machine.environment.legacy_hwcaps = {"x86_64"};
  machine.program("/p", {.needed = {"liba.so"}, .rpath = "/a"});
  machine.library("/a/liba.so", {});
  machine.library("/a/tls/x86_64/liba.so", {});
  for (const unsigned minor : {36u, 37u}) {
    machine.environment.glibc_version = {2, minor};
    EXPECT_EQ(machine.loads("/p"), Strings{minor < 37 ? "/a/tls/x86_64/liba.so" : "/a/liba.so"});
  }
}

TEST(GlibcVersion, UnknownOneIsTakenForTheOneThatTheRulesAreOf) {
  MemoryMachine machine;
  machine.environment.legacy_hwcaps = {"x86_64"};
  machine.program("/p", {.needed = {"liba.so"}, .rpath = "/a"});
  machine.library("/a/x86_64/liba.so", {});
  EXPECT_EQ(machine.loads("/p"), Strings{"/a/x86_64/liba.so"});
}

TEST(GlibcVersion, LaterOnesGoOnBehindARelativeElementThatIsAFile) {
  MemoryMachine machine;
  machine.program("/p", {.needed = {"liba.so"}, .rpath = "file:/a"});
  machine.text("/file", "");
  machine.library("/a/liba.so", {});
  for (const unsigned minor : {38u, 39u}) {
    machine.environment.glibc_version = {2, minor};
    EXPECT_EQ(machine.loads("/p"), minor < 39 ? Strings{} : Strings{"/a/liba.so"});
  }
}

TEST(GlibcVersion, LaterOnesDoNotLoseTheRootDirectory) {
  MemoryMachine machine;
  machine.program("/bin/p", {.needed = {"liba.so", "libb.so"}, .rpath = "/"});
  machine.library("/libb.so", {});
  for (const unsigned minor : {36u, 37u}) {
    machine.environment.glibc_version = {2, minor};
    EXPECT_EQ(machine.loads("/bin/p"), minor < 37 ? Strings{} : Strings{"/libb.so"});
  }
}

TEST(GlibcVersion, LaterOnesResolveTheFileThatLdSoIsGiven) {
  MemoryMachine machine;
  machine.library("/real/x.so", {.needed = {"liba.so"}, .rpath = "$ORIGIN"});
  machine.link("/link/x.so", "/real/x.so");
  machine.library("/real/liba.so", {});
  machine.library("/link/liba.so", {.payload = "another"});
  for (const unsigned minor : {41u, 42u}) {
    machine.environment.glibc_version = {2, minor};
    EXPECT_EQ(machine.loads("/link/x.so"), Strings{minor < 42 ? "/link/liba.so" : "/real/liba.so"});
  }
}

TEST(GlibcVersion, PartsOfLegacyDirectoriesThatEveryCpuHasServeOnOtherMachines) {
  MemoryMachine machine;
  machine.environment.legacy_hwcaps = {"haswell", "x86_64"};
  machine.environment.cpu_machine = elf::EM_X86_64;
  machine.library("/x.so", {.needed = {"liba.so"}, .rpath = "/a", .machine = elf::EM_AARCH64});
  machine.library("/a/liba.so", {.machine = elf::EM_AARCH64});
  machine.library("/a/x86_64/liba.so", {.machine = elf::EM_AARCH64});
  EXPECT_EQ(machine.loads("/x.so"), Strings{"/a/liba.so"});
  machine.library("/a/tls/aarch64/liba.so", {.machine = elf::EM_AARCH64});
  EXPECT_EQ(machine.loads("/x.so"), Strings{"/a/tls/aarch64/liba.so"});
}

TEST(GlibcVersion, WithoutAUsableLibcThereIsNone) {
  MemoryMachine machine;
  machine.text("/lib/libc.so.6", "text");
  machine.library("/usr/lib/libc.so.6", {});  // of this machine, but with no versions
  const MachineKind kind{elf::ElfClass::kElf64, elf::ByteOrder::kLittle, elf::EM_X86_64};
  EXPECT_EQ(find_glibc_version(machine.files(), {"/lib", "/usr/lib", "/none"}, kind), std::nullopt);
}

TEST(GlibcVersion, OfThisMachineIsThatOfItsLibc) {
  const LoaderEnvironment environment = host_environment(std::nullopt, std::nullopt);
  ASSERT_TRUE(environment.glibc_version);
  const MachineKind kind{elf::ElfClass::kElf64, elf::ByteOrder::kLittle, elf::EM_X86_64};
  const auto found =
      find_glibc_version(host_file_system(), {"/lib/x86_64-linux-gnu", "/lib64"}, kind);
  EXPECT_EQ(found, environment.glibc_version);
}

}  // namespace
}  // namespace elfwheel::loader
