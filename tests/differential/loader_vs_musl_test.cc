// Situations of loader_rules.md before musl's loader. Skipped, aloud, where musl is not installed.
#include <gtest/gtest.h>

#include "differential/real_loader.h"
#include "elfwheel/base/file_system.h"

namespace elfwheel::test {
namespace {

class Musl : public testing::Test {
 protected:
  void SetUp() override {
    if (host_file_system().status(kMuslLoader).error != 0)
      GTEST_SKIP() << kMuslLoader << " is not installed (Debian: musl)";
  }
  // What tells resolve() that musl's rules are asked for.
  void root(ElfSpec spec) const {
    spec.needed.push_back("libc.so");
    tree_.library("root.so", std::move(spec));
  }
  LibraryTree tree_;
};

TEST_F(Musl, BothRpathsAreInheritedAndNeitherIsCut) {
  root({.needed = {"liba.so"}, .runpath = "@/a:@/b"});
  tree_.library("a/liba.so", {.needed = {"libb.so", "libn.so"}, .rpath = "@/none"});
  tree_.library("b/libb.so", {});
  const Answer answer = tree_.expect_as_musl("root.so");
  EXPECT_EQ(answer.loaded.size(), 3u);
  EXPECT_EQ(answer.missing, std::vector<std::string>{"libn.so"});
}

TEST_F(Musl, LibraryPathComesBeforeEveryRpath) {
  root({.needed = {"liba.so"}, .rpath = "@/r"});
  tree_.library("r/liba.so", {});
  tree_.library("e/liba.so", {});
  const Answer answer = tree_.expect_as_musl("root.so", {.library_path = "::@/none:@/e"});
  EXPECT_EQ(answer.loaded.front(), tree_.at("liba.so => @/e/liba.so"));
}

TEST_F(Musl, SonameCountsForNothing) {
  root({.needed = {"libone.so", "libtwo.so"}, .rpath = "@"});
  tree_.library("libone.so", {.soname = "libtwo.so"});
  tree_.library("libtwo.so", {});
  EXPECT_EQ(tree_.expect_as_musl("root.so").loaded.size(), 3u);
}

TEST_F(Musl, OneFileUnderTwoNamesIsLoadedOnce) {
  root({.needed = {"@/liba.so", "libalias.so", "liba.so"}, .rpath = "@"});
  tree_.library("liba.so", {});
  tree_.link("libalias.so", "liba.so");
  EXPECT_EQ(tree_.expect_as_musl("root.so").loaded.size(), 2u);
}

TEST_F(Musl, OriginIsAPrefixAndOtherTokensDropTheWholePath) {
  tree_.library("d/liba.so", {});
  tree_.library("x/libb.so", {});
  root({.needed = {"liba.so", "libb.so"}, .rpath = "${ORIGIN}/d:$ORIGIN/x"});
  EXPECT_EQ(tree_.expect_as_musl("root.so").missing.size(), 0u);
  root({.needed = {"liba.so"}, .rpath = "@/d:$LIB"});
  EXPECT_EQ(tree_.expect_as_musl("root.so").missing.size(), 1u);
}

TEST_F(Musl, FirstFileThatOpensIsTheOne) {
  root({.needed = {"liba.so", "libb.so"}, .rpath = "@/bad:@/good"});
  tree_.library("good/liba.so", {});
  tree_.library("good/libb.so", {});
  tree_.write("bad/liba.so", "text");
  const Answer answer = tree_.expect_as_musl("root.so");
  EXPECT_EQ(answer.missing, std::vector<std::string>{"liba.so"});
}

TEST_F(Musl, LinkLoopEndsTheSearchForTheName) {
  root({.needed = {"liba.so"}, .rpath = "@/loop:@/good"});
  tree_.library("good/liba.so", {});
  tree_.link("loop/liba.so", "liba.so");
  EXPECT_EQ(tree_.expect_as_musl("root.so").missing, std::vector<std::string>{"liba.so"});
}

TEST_F(Musl, RootsOwnFileIsMappedAgain) {
  root({.needed = {"root.so"}, .rpath = "@"});
  EXPECT_EQ(tree_.expect_as_musl("root.so").loaded.size(), 2u);
}

TEST_F(Musl, PreloadsComeFirst) {
  root({.needed = {"liba.so"}, .rpath = "@"});
  tree_.library("liba.so", {});
  tree_.library("libp.so", {.needed = {"liba.so"}});
  const Answer answer = tree_.expect_as_musl("root.so", {.preload = "@/libp.so libnone.so"});
  EXPECT_EQ(answer.loaded.front(), tree_.at("@/libp.so"));
}

TEST_F(Musl, NamesOfTheLibcAreTheLoader) {
  root({.needed = {"libm.so.6", "libpthread.so.0", "liba.so"}, .rpath = "@"});
  tree_.library("libm.so.6", {});
  tree_.library("liba.so", {});
  EXPECT_EQ(tree_.expect_as_musl("root.so").missing.size(), 0u);
}

}  // namespace
}  // namespace elfwheel::test
