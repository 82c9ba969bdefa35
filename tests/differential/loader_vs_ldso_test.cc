// Situations of loader_rules.md before glibc's ld.so. Each test says in its own words what the rule
// is (the list it expects), and the real loader has to agree with that and with resolve().
#include <gtest/gtest.h>
#include <unistd.h>

#include "differential/glibc_fixture.h"

namespace elfwheel::test {
namespace {

TEST_F(Glibc, RpathIsInheritedByTheLibrariesOfTheRoot) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "@/a:@/b"});
  tree_.library("a/liba.so", {.needed = {"libb.so"}});
  tree_.library("b/libb.so", {});
  expect("p", {"liba.so => @/a/liba.so", "libb.so => @/b/libb.so"});
}

TEST_F(Glibc, RunpathIsNotInherited) {
  tree_.program("p", {.needed = {"liba.so"}, .runpath = "@/a:@/b"});
  tree_.library("a/liba.so", {.needed = {"libb.so"}});
  tree_.library("b/libb.so", {});
  expect("p", {"liba.so => @/a/liba.so", "libb.so missing"});
}

TEST_F(Glibc, RunpathCutsOffTheInheritedRpath) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "@/a:@/b"});
  tree_.library("b/libb.so", {});
  for (const char* runpath : {"@/nowhere", ""}) {
    tree_.library("a/liba.so", {.needed = {"libb.so"}, .runpath = runpath});
    expect("p", {"liba.so => @/a/liba.so", "libb.so missing"});
  }
}

TEST_F(Glibc, RunpathBetweenAskerAndRootDoesNotCutTheChain) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "@/d"});
  tree_.library("d/liba.so", {.needed = {"libb.so"}, .runpath = "@/d"});
  tree_.library("d/libb.so", {.needed = {"libc1.so"}});
  tree_.library("d/libc1.so", {});
  expect("p", {"liba.so => @/d/liba.so", "libb.so => @/d/libb.so", "libc1.so => @/d/libc1.so"});
}

TEST_F(Glibc, RpathChainIsThatOfTheFirstAsker) {
  tree_.program("p", {.needed = {"liba.so", "libs.so"}, .runpath = "@/d"});
  tree_.library("d/liba.so", {.needed = {"libs.so"}, .rpath = "@/x"});
  tree_.library("d/libs.so", {.needed = {"libx.so"}});
  tree_.library("x/libx.so", {});
  expect("p", {"liba.so => @/d/liba.so", "libs.so => @/d/libs.so", "libx.so missing"});
}

TEST_F(Glibc, RunpathHidesTheRpathOfTheSameObject) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "@/a", .runpath = "@/b"});
  tree_.library("a/liba.so", {});
  expect("p", {"liba.so missing"});
}

TEST_F(Glibc, LibraryPathComesBetweenRpathAndRunpath) {
  for (const char* directory : {"r", "e", "n"}) {
    tree_.library(std::string(directory) + "/liba.so", {});
  }
  const Start start{.library_path = "@/e"};
  tree_.program("rpath", {.needed = {"liba.so"}, .rpath = "@/r"});
  tree_.program("runpath", {.needed = {"liba.so"}, .runpath = "@/n"});
  expect("rpath", {"liba.so => @/r/liba.so"}, start);
  expect("runpath", {"liba.so => @/e/liba.so"}, start);
  expect("runpath", {"liba.so => @/n/liba.so"});
}

TEST_F(Glibc, SemicolonSeparatesInLibraryPathOnly) {
  tree_.library("e/liba.so", {});
  tree_.program("p", {.needed = {"liba.so"}});
  tree_.program("q", {.needed = {"liba.so"}, .rpath = "@/x;@/e"});
  expect("p", {"liba.so => @/e/liba.so"}, {.library_path = "@/x;@/e"});
  expect("q", {"liba.so missing"});
}

TEST_F(Glibc, OriginIsTheDirectoryOfTheLinkALibraryWasFoundBy) {
  tree_.program("p", {.needed = {"liba.so"}, .runpath = "$ORIGIN/links"});
  tree_.library("real/liba.so", {.needed = {"libb.so"}, .runpath = "${ORIGIN}/deep"});
  tree_.link("links/liba.so", "../real/liba.so");
  tree_.library("links/deep/libb.so", {});
  tree_.library("real/deep/libb.so", {});
  expect("p", {"liba.so => @/links/liba.so", "libb.so => @/links/deep/libb.so"});
}

TEST_F(Glibc, OriginOfAProgramIsResolvedAndOfALibraryGivenToTheLoaderIsNot) {
  tree_.program("real/p", {.needed = {"liba.so"}, .runpath = "$ORIGIN"});
  tree_.library("real/libp.so", {.needed = {"liba.so"}, .runpath = "$ORIGIN"});
  tree_.library("real/liba.so", {});
  tree_.link("p", "real/p");
  tree_.link("libp.so", "real/libp.so");
  expect("p", {"liba.so => @/real/liba.so"});
  expect("libp.so", {"liba.so missing"});
}

TEST_F(Glibc, TokensEndWhereIdentifiersEnd) {
  tree_.library("x/liba.so", {});
  tree_.library("lib/x86_64-linux-gnu/libb.so", {});
  tree_.program("p", {.needed = {"liba.so"}, .runpath = "${ORIGIN}/x"});
  tree_.program("q", {.needed = {"liba.so"}, .runpath = "$ORIGINx"});
  tree_.program("r", {.needed = {"libb.so"}, .runpath = "@/$LIB"});
  tree_.program("s", {.needed = {"libb.so"}, .runpath = "$UNKNOWN/$LIB:@/${LIB}/"});
  expect("p", {"liba.so => @/x/liba.so"});
  expect("q", {"liba.so missing"});
  expect("r", {"libb.so => @/lib/x86_64-linux-gnu/libb.so"});
  expect("s", {"libb.so => @/lib/x86_64-linux-gnu/libb.so"});
}

TEST_F(Glibc, OriginInLibraryPathIsTheRoots) {
  tree_.program("bin/p", {.needed = {"liba.so"}});
  tree_.library("bin/liba.so", {.needed = {"libb.so"}});
  tree_.library("bin/deep/libb.so", {});
  expect("bin/p", {"liba.so => @/bin/liba.so", "libb.so => @/bin/deep/libb.so"},
         {.library_path = "$ORIGIN:$ORIGIN/deep"});
}

TEST_F(Glibc, SonameOfALoadedLibraryAnswersAName) {
  tree_.program("p", {.needed = {"libone.so", "libtwo.so"}, .rpath = "@"});
  tree_.library("libone.so", {.soname = "libtwo.so"});
  tree_.library("libtwo.so", {});
  tree_.program("q", {.needed = {"libtwo.so", "libone.so"}, .rpath = "@"});
  expect("p", {"libone.so => @/libone.so"});
  expect("q", {"libtwo.so => @/libtwo.so", "libone.so => @/libone.so"});
}

TEST_F(Glibc, OneFileUnderTwoNamesIsLoadedOnce) {
  tree_.program("p", {.needed = {"liba.so", "libalias.so"}, .rpath = "@"});
  tree_.library("liba.so", {});
  tree_.link("libalias.so", "liba.so");
  expect("p", {"liba.so => @/liba.so"});
}

TEST_F(Glibc, RootsOwnFileIsMappedAgainUnlessItsSonameIsAskedFor) {
  tree_.library("liba.so", {.soname = "liba.so", .needed = {"libb.so"}, .rpath = "@"});
  tree_.library("libb.so", {.needed = {"libalias.so", "liba.so"}});
  tree_.link("libalias.so", "liba.so");
  tree_.expect_as_glibc("liba.so");
  tree_.program("p", {.needed = {"libb.so"}, .rpath = "@"});
  tree_.expect_as_glibc("p");
}

TEST_F(Glibc, NameWithASlashIsOpenedAsItIs) {
  tree_.program("p", {.needed = {"@/d/liba.so", "liba.so"}, .rpath = "@/e"});
  tree_.library("d/liba.so", {});
  tree_.library("e/liba.so", {});
  tree_.program("q", {.needed = {"$ORIGIN/d/liba.so", "@/none/libz.so"}});
  expect("p", {"@/d/liba.so", "liba.so => @/e/liba.so"});
  tree_.expect_as_glibc("q");
}

TEST_F(Glibc, MissingForOneAskerMayBeFoundForTheNext) {
  tree_.program("p", {.needed = {"liba.so", "libb.so"}, .runpath = "@"});
  tree_.library("liba.so", {.needed = {"libx.so"}});
  tree_.library("libb.so", {.needed = {"libx.so"}, .runpath = "@/x"});
  tree_.library("x/libx.so", {});
  expect("p", {"liba.so => @/liba.so", "libb.so => @/libb.so", "libx.so => @/x/libx.so",
               "libx.so missing"});
}

TEST_F(Glibc, LoadsBreadthFirst) {
  tree_.program("p", {.needed = {"liba.so", "libb.so"}, .rpath = "@"});
  tree_.library("liba.so", {.needed = {"libc1.so"}});
  tree_.library("libb.so", {.needed = {"libd.so", "libc1.so"}});
  tree_.library("libc1.so", {.needed = {"libe.so"}});
  tree_.library("libd.so", {});
  tree_.library("libe.so", {.needed = {"liba.so"}});
  expect("p", {"liba.so => @/liba.so", "libb.so => @/libb.so", "libc1.so => @/libc1.so",
               "libd.so => @/libd.so", "libe.so => @/libe.so"});
}

TEST_F(Glibc, HwcapsDirectoriesComeFirstWithinADirectory) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "@/d"});
  tree_.library("d/liba.so", {});
  tree_.library("d/x86_64/liba.so", {});
  tree_.expect_as_glibc("p");
  tree_.library("d/tls/liba.so", {});
  tree_.expect_as_glibc("p");
  tree_.library("d/glibc-hwcaps/x86-64-v2/liba.so", {});
  tree_.expect_as_glibc("p");
  tree_.library("d/glibc-hwcaps/x86-64-v3/liba.so", {});
  tree_.expect_as_glibc("p");
  tree_.library("d/glibc-hwcaps/x86-64-v4/liba.so", {});
  tree_.expect_as_glibc("p");
}

TEST_F(Glibc, EarlierDirectoryBeatsALaterOnesHwcaps) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "@/a:@/b"});
  tree_.library("a/liba.so", {});
  tree_.library("b/glibc-hwcaps/x86-64-v2/liba.so", {});
  expect("p", {"liba.so => @/a/liba.so"});
}

TEST_F(Glibc, LegacyDirectoriesAreSearchedWithTheirProducts) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "@/d"});
  for (const char* sub : {"haswell", "avx512_1", "x86_64", "x86_64/x86_64", "haswell/x86_64",
                          "haswell/avx512_1/x86_64", "tls/haswell", "tls/x86_64", "tls"}) {
    tree_.library(std::string("d/") + sub + "/liba.so", {});
    tree_.expect_as_glibc("p");
  }
}

TEST_F(Glibc, FilesOfAnotherMachineOrClassArePassedOver) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "@/32:@/arm:@/s390:@/good"});
  tree_.library("32/liba.so", {.elf_class = elf::ElfClass::kElf32, .machine = elf::EM_386});
  // Debian's loader looks at the machine before it looks at what else is wrong.
  tree_.library("arm/liba.so", {.machine = elf::EM_AARCH64, .os_abi = 9});
  tree_.library("s390/liba.so", {.byte_order = elf::ByteOrder::kBig, .machine = elf::EM_S390});
  tree_.library("good/liba.so", {});
  expect("p", {"liba.so => @/good/liba.so"});
}

TEST_F(Glibc, UnusableFilesEndTheStart) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "@/bad:@/good"});
  tree_.library("good/liba.so", {});
  tree_.write("bad/liba.so", "");
  expect("p", {"gave up"});
  tree_.write("bad/liba.so", std::string(100, 'x'));
  expect("p", {"gave up"});
  tree_.library("bad/liba.so", {.type = elf::ET_EXEC});
  expect("p", {"gave up"});
  tree_.library("bad/liba.so", {.os_abi = 9});
  expect("p", {"gave up"});
  tree_.library("bad/liba.so", {.entries = {{elf::DT_FLAGS_1, elf::DF_1_PIE}}});
  expect("p", {"gave up"});
  tree_.library("bad/liba.so", {.os_abi = 3, .abi_version = 3});
  expect("p", {"liba.so => @/bad/liba.so"});
}

TEST_F(Glibc, DirectoryOfALibrarysNameEndsTheStart) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "@/bad:@/good"});
  tree_.library("good/liba.so", {});
  tree_.make_directory("bad/liba.so");
  expect("p", {"gave up"});
}

TEST_F(Glibc, LinkLoopEndsItsListButNotTheSearch) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "@/loop:@/good"});
  tree_.library("good/liba.so", {});
  tree_.link("loop/liba.so", "liba.so");
  expect("p", {"liba.so missing"});
  expect("p", {"liba.so => @/good/liba.so"}, {.library_path = "@/good"});
}

TEST_F(Glibc, DanglingLinksAndPlainFilesInPlaceOfDirectoriesArePassedOver) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "@/dangling:@/file:@/none:@/good"});
  tree_.link("dangling/liba.so", "nowhere");
  tree_.write("file", "");
  tree_.library("good/liba.so", {});
  expect("p", {"liba.so => @/good/liba.so"});
}

TEST_F(Glibc, EmptyElementsAreTheCurrentDirectory) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = ""});
  tree_.program("q", {.needed = {"liba.so"}, .rpath = ":"});
  tree_.program("r", {.needed = {"liba.so"}, .runpath = ":"});
  tree_.library("liba.so", {.needed = {"libb.so"}, .runpath = "$ORIGIN/d"});
  tree_.library("d/libb.so", {});
  ASSERT_EQ(::chdir(tree_.path().c_str()), 0);
  expect("p", {"liba.so missing"});
  expect("q", {"liba.so", "libb.so => @/d/libb.so"});
  expect("r", {"liba.so", "libb.so => @/d/libb.so"});
  expect("p", {"liba.so", "libb.so => @/d/libb.so"}, {.library_path = ":"});
  expect("p", {"liba.so missing"}, {.library_path = ""});
  expect("p", {"liba.so => ./liba.so", "libb.so => @/./d/libb.so"}, {.library_path = "."});
  EXPECT_EQ(ask_elfwheel("p", {}), ask_glibc("p", {}));
  ASSERT_EQ(::chdir("/"), 0);
}

TEST_F(Glibc, RelativeElementThatIsAFileEndsItsList) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "file:@/good"});
  tree_.write("file", "");
  tree_.library("good/liba.so", {});
  ASSERT_EQ(::chdir(tree_.path().c_str()), 0);
  expect("p", {"liba.so missing"});
  ASSERT_EQ(::chdir("/"), 0);
}

TEST_F(Glibc, PreloadsComeFirstAndAreSearchedForTheRoot) {
  tree_.program("p", {.needed = {"liba.so"}, .runpath = "@/d"});
  tree_.library("d/liba.so", {});
  tree_.library("d/libp.so", {.needed = {"libq.so"}, .runpath = "@/d"});
  tree_.library("d/libq.so", {});
  tree_.library("x/libx.so", {});
  expect(
      "p",
      {"libp.so => @/d/libp.so", "@/x/libx.so", "liba.so => @/d/liba.so", "libq.so => @/d/libq.so"},
      {.preload = "libp.so:@/x/libx.so libnone.so"});
}

TEST_F(Glibc, NodeflibKeepsOutTheDefaultDirectoriesForOwnNeedsOnly) {
  tree_.program("p", {.needed = {"liba.so"}, .rpath = "@"});
  tree_.library("liba.so", {.needed = {"libm.so.6", "libb.so"},
                            .entries = {{elf::DT_FLAGS_1, elf::DF_1_NODEFLIB}}});
  tree_.library("libb.so", {.needed = {"libdl.so.2"}});
  tree_.expect_as_glibc("p");
}

TEST_F(Glibc, FilteesComeBeforeTheirFilter) {
  tree_.program("p", {.needed = {"liba.so", "libb.so", "libf.so"}, .rpath = "@"});
  tree_.library("liba.so", {.strings = {{elf::DT_FILTER, "libf.so"}}});
  tree_.library("libb.so", {.needed = {"libg.so"}, .strings = {{elf::DT_AUXILIARY, "libf.so"}}});
  tree_.library("libf.so", {.needed = {"libh.so"}});
  tree_.library("libg.so", {});
  tree_.library("libh.so", {.strings = {{elf::DT_AUXILIARY, "libnone.so"}}});
  tree_.expect_as_glibc("p");
}

TEST_F(Glibc, LoaderIsNeverSearchedForUnderItsOwnNames) {
  tree_.program("p", {.needed = {"ld-linux-x86-64.so.2", "liba.so"}, .rpath = "@"});
  tree_.library("ld-linux-x86-64.so.2", {});
  tree_.library("liba.so", {});
  expect("p", {"/lib64/ld-linux-x86-64.so.2", "liba.so => @/liba.so"});
}

TEST_F(Glibc, CacheAndDefaultDirectoriesServeTheRest) {
  tree_.program("p", {.needed = {"libc.so.6", "libm.so.6", "libstdc++.so.6"}});
  const Answer answer = tree_.expect_as_glibc("p");
  EXPECT_GE(answer.loaded.size(), 4u);
  EXPECT_EQ(answer.missing, Lines{});
}

}  // namespace
}  // namespace elfwheel::test
