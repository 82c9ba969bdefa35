// More of Glibc: where a name leads, through links, tokens, the directories of a CPU, and filters.
#include <gtest/gtest.h>

#include "differential/glibc_fixture.h"

namespace elfwheel::test {
namespace {

TEST_F(Glibc, DotDotBehindALinkIsWhatTheKernelMakesOfIt) {
  tree_.program("p", {.needed = {"liba.so"}, .runpath = "@/none/../d:@/link/.."});
  tree_.make_directory("real/deep");
  tree_.link("link", "real/deep");
  tree_.library("real/liba.so", {.needed = {"libb.so"}, .runpath = "$ORIGIN/b"});
  tree_.library("real/b/libb.so", {});
  for (const char* wrong : {"liba.so", "d/liba.so", "b/libb.so"}) tree_.library(wrong, {});
  expect("p", {"liba.so => @/link/../liba.so", "libb.so => @/link/../b/libb.so"});
}

TEST_F(Glibc, OriginOfALibraryInALinkedDirectoryIsTheLink) {
  tree_.program("p", {.needed = {"liba.so"}, .runpath = "@/link"});
  tree_.library("real/deep/liba.so", {.needed = {"libb.so"}, .runpath = "$ORIGIN/../beside"});
  tree_.link("link", "real/deep");
  tree_.library("real/beside/libb.so", {});
  tree_.library("beside/libb.so", {});
  expect("p", {"liba.so => @/link/liba.so", "libb.so => @/link/../beside/libb.so"});
}

TEST_F(Glibc, OriginInLibraryPathIsThatOfALibraryGivenToTheLoader) {
  tree_.library("d/libroot.so", {.needed = {"liba.so"}});
  tree_.library("d/liba.so", {});
  tree_.link("libroot.so", "d/libroot.so");
  expect("d/libroot.so", {"liba.so => @/d/liba.so"}, {.library_path = "$ORIGIN"});
  expect("libroot.so", {"liba.so missing"}, {.library_path = "$ORIGIN"});
}

TEST_F(Glibc, PlatformTokenIsThatOfTheCpu) {
  tree_.program("p", {.needed = {"liba.so", "libb.so"}, .runpath = "@/$PLATFORM:@/${PLATFORM}/b"});
  for (const char* platform : {"x86_64", "haswell"}) {
    tree_.library(std::string(platform) + "/liba.so", {});
    tree_.library(std::string(platform) + "/b/libb.so", {});
  }
  EXPECT_EQ(tree_.expect_as_glibc("p").loaded.size(), 2u);
}

TEST_F(Glibc, OriginOfALibraryForTheCpuIsThatDirectory) {
  tree_.program("p", {.needed = {"liba.so", "libc1.so"}, .runpath = "@/d"});
  for (const char* directory : {"d/glibc-hwcaps/x86-64-v2", "d"}) {
    const std::string name(directory);
    tree_.library(name + "/liba.so", {.needed = {"libb.so"}, .runpath = "$ORIGIN/b"});
    tree_.library(name + "/b/libb.so", {});
  }
  tree_.library("d/x86_64/libc1.so", {.needed = {"libd.so"}, .runpath = "$ORIGIN"});
  tree_.library("d/x86_64/libd.so", {});
  expect("p", {"liba.so => @/d/glibc-hwcaps/x86-64-v2/liba.so", "libc1.so => @/d/x86_64/libc1.so",
               "libb.so => @/d/glibc-hwcaps/x86-64-v2/b/libb.so", "libd.so => @/d/x86_64/libd.so"});
}

TEST_F(Glibc, LinkLoopInADirectoryForTheCpuIsForgotten) {
  tree_.program("p", {.needed = {"liba.so"}, .runpath = "@/d:@/e"});
  tree_.link("d/glibc-hwcaps/x86-64-v2/liba.so", "liba.so");
  tree_.library("e/liba.so", {});
  expect("p", {"liba.so => @/e/liba.so"});
  tree_.library("d/liba.so", {});
  expect("p", {"liba.so => @/d/liba.so"});
}

TEST_F(Glibc, LibrariesOfTheSystemAreTakenFromAnRpathAsAnyOther) {
  tree_.program("p", {.needed = {"libc.so.6", "libm.so.6"}, .rpath = "@"});
  tree_.library("libc.so.6", {});
  tree_.library("libm.so.6", {});
  expect("p", {"libc.so.6 => @/libc.so.6", "libm.so.6 => @/libm.so.6"});
}

TEST_F(Glibc, FilteeOfTheProgramIsLostToTheNextAsker) {
  tree_.program("p",
                {.needed = {"liba.so"}, .runpath = "@", .strings = {{elf::DT_FILTER, "libf.so"}}});
  tree_.library("liba.so", {.needed = {"libf.so"}});
  tree_.library("libf.so", {});
  expect("p", {"liba.so => @/liba.so", "libf.so missing"});
}

}  // namespace
}  // namespace elfwheel::test
