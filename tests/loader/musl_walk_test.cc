// musl's rules on a machine in memory; the same situations before the real loader are in
// tests/differential.
#include <gtest/gtest.h>

#include "loader/memory_machine.h"

namespace elfwheel::loader {
namespace {

using Strings = std::vector<std::string>;

test::MemoryMachine musl_machine() {
  test::MemoryMachine machine;
  machine.environment.libc = elf::Libc::kMusl;
  return machine;
}

TEST(MuslWalk, SearchesLibraryPathThenRpathsUpTheChainThenTheSystem) {
  auto machine = musl_machine();
  machine.environment.library_path = "/e";
  machine.library("/r.so", {.needed = {"liba.so", "libz.so"}, .runpath = "/r"});
  machine.library("/r/liba.so", {.needed = {"libb.so", "libe.so"}, .runpath = "/none"});
  machine.library("/r/libb.so", {});
  machine.library("/e/libe.so", {});
  machine.library("/r/libe.so", {});
  machine.library("/usr/local/lib/libz.so", {});
  EXPECT_EQ(machine.loads("/r.so"),
            (Strings{"/r/liba.so", "/usr/local/lib/libz.so", "/r/libb.so", "/e/libe.so"}));
  const LinkMap map = machine.resolve("/r.so");
  EXPECT_EQ(map.requests[2].name, "libb.so");
  EXPECT_EQ(map.requests[2].found_by, FoundBy::kRunpath);
  EXPECT_EQ(map.requests[2].steps.back().rpath_owner, ObjectId{0});
  EXPECT_EQ(map.requests[1].found_by, FoundBy::kDefault);
  EXPECT_TRUE(map.complete());
}

TEST(MuslWalk, PathFileReplacesTheSystemsDirectories) {
  auto machine = musl_machine();
  machine.library("/r.so", {.needed = {"liba.so"}});
  machine.library("/lib/liba.so", {});
  machine.library("/two/liba.so", {});
  EXPECT_EQ(machine.loads("/r.so"), Strings{"/lib/liba.so"});
  machine.text("/etc/ld-musl-x86_64.path", "/one\n/two\n");
  EXPECT_EQ(machine.loads("/r.so"), Strings{"/two/liba.so"});
  machine.text("/etc/ld-musl-x86_64.path", "");
  EXPECT_EQ(machine.loads("/r.so"), Strings{});
  machine.environment.read_system_files = false;
  EXPECT_EQ(machine.loads("/r.so"), Strings{"/lib/liba.so"});
}

TEST(MuslWalk, NamesOfTheLibcAreTheLoaderItself) {
  auto machine = musl_machine();
  machine.library("/r.so", {.needed = {"libm.so.6", "libc.musl-x86_64.so.1"}});
  EXPECT_EQ(machine.loads("/r.so"), Strings{"/lib/ld-musl-x86_64.so.1"});
  const LinkMap map = machine.resolve("/r.so");
  EXPECT_EQ(map.requests[0].object, map.requests[1].object);
  EXPECT_EQ(map.requests[0].found_by, FoundBy::kAlreadyLoaded);
}

TEST(MuslWalk, UnusableFileFailsThatNeedOnly) {
  auto machine = musl_machine();
  machine.library("/r.so", {.needed = {"liba.so", "libb.so"}});
  machine.text("/lib/liba.so", "text");
  machine.library("/usr/lib/liba.so", {});
  machine.library("/usr/lib/libb.so", {});
  const LinkMap map = machine.resolve("/r.so");
  EXPECT_EQ(map.requests[0].fatal, "/lib/liba.so: Exec format error");
  EXPECT_FALSE(map.requests[0].object);
  EXPECT_TRUE(map.requests[1].object);
  EXPECT_FALSE(map.complete());
}

TEST(MuslWalk, IsChosenByTheFileOrByTheOnlyLoaderThere) {
  test::MemoryMachine machine;
  machine.library("/plain.so", {});
  machine.library("/musl.so", {.needed = {"libc.musl-x86_64.so.1"}});
  EXPECT_EQ(machine.resolve("/musl.so").libc, elf::Libc::kMusl);
  EXPECT_EQ(machine.resolve("/plain.so").libc, elf::Libc::kGlibc);
  machine.library("/lib/ld-musl-x86_64.so.1", {});
  EXPECT_EQ(machine.resolve("/plain.so").libc, elf::Libc::kMusl);
  machine.library("/lib64/ld-linux-x86-64.so.2", {});
  EXPECT_EQ(machine.resolve("/plain.so").libc, elf::Libc::kGlibc);
}

}  // namespace
}  // namespace elfwheel::loader
