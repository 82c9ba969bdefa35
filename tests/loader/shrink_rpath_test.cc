// Which directories of an rpath stay. Expectations are what patchelf 0.19 leaves, but for what is
// marked; tests/cli runs both on real files.
#include "elfwheel/loader/shrink_rpath.h"

#include <gtest/gtest.h>

#include "loader/memory_machine.h"

namespace elfwheel::test {
namespace {

class ShrinkRpath : public testing::Test {
 protected:
  ShrinkRpath() {
    machine_.library("/one/liba.so", {});
    machine_.library("/two/libb.so", {});
    machine_.library("/both/liba.so", {});
    machine_.library("/both/libb.so", {});
    machine_.library("/arm/liba.so", {.machine = elf::EM_AARCH64});
    machine_.library("/narrow/liba.so", {.elf_class = elf::ElfClass::kElf32});
    machine_.text("/script/liba.so", "GROUP ( libx.so )\n");
    machine_.library("/directory/liba.so/libx.so", {});
    machine_.link("/dangling/liba.so", "nowhere");
    machine_.link("/linked/liba.so", "../one/liba.so");
  }

  std::string shrunk(std::string_view rpath, const std::vector<std::string>& prefixes = {}) {
    return shrunk_for({.needed = {"liba.so", "libb.so"}}, rpath, prefixes);
  }
  std::string shrunk_for(const ElfSpec& spec, std::string_view rpath,
                         const std::vector<std::string>& prefixes = {}) {
    const std::vector<std::byte> image = build_elf(spec);
    return loader::shrink_rpath(elf::ElfFile::parse(image), rpath, prefixes, machine_.files());
  }

  MemoryMachine machine_;
};

TEST_F(ShrinkRpath, KeepsDirectoriesThatHoldWhatIsNeeded) {
  EXPECT_EQ(shrunk("/one"), "/one");
  EXPECT_EQ(shrunk("/nowhere:/two:/one/"), "/two:/one/");
  EXPECT_EQ(shrunk("/linked"), "/linked");
}

TEST_F(ShrinkRpath, DropsWhatAnEarlierDirectoryHoldsAlready) {
  EXPECT_EQ(shrunk("/one:/both"), "/one:/both");
  EXPECT_EQ(shrunk("/both:/one:/two"), "/both");
  EXPECT_EQ(shrunk("/one:/one"), "/one");
}

TEST_F(ShrinkRpath, DropsWhatTheLoaderWouldPassOver) {
  EXPECT_EQ(shrunk("/arm:/one"), "/one");
  EXPECT_EQ(shrunk("/narrow:/one"), "/one");  // patchelf looks at e_machine alone
  EXPECT_EQ(shrunk("/dangling:/one"), "/one");
}

TEST_F(ShrinkRpath, PassesOverWhatIsNoLibrary) {  // patchelf fails
  EXPECT_EQ(shrunk("/script:/directory:/one/liba.so:/one"), "/one");
}

TEST_F(ShrinkRpath, KeepsWhatIsKnownAtRunTimeOnly) {
  EXPECT_EQ(shrunk("$ORIGIN:rel/dir:$ORIGIN"), "$ORIGIN:rel/dir:$ORIGIN");
  EXPECT_EQ(shrunk("/opt/$LIB:/nowhere"), "/opt/$LIB");  // patchelf drops it
}

TEST_F(ShrinkRpath, DropsEmptyEntries) {
  EXPECT_EQ(shrunk(":/one::/two:"), "/one:/two");
  EXPECT_EQ(shrunk(""), "");
}

TEST_F(ShrinkRpath, AllowedPrefixesComeFirst) {
  EXPECT_EQ(shrunk("/both:/one:/two", {"/o", "/t"}), "/one:/two");
  EXPECT_EQ(shrunk("/one:rel:$ORIGIN", {"/t"}), "rel:$ORIGIN");
  EXPECT_EQ(shrunk("/opt/$LIB", {"/usr"}), "");
}

TEST_F(ShrinkRpath, NamesWithASlashAreNotSearchedFor) {
  EXPECT_EQ(shrunk_for({.needed = {"/one/liba.so", "one/liba.so"}}, "/:/one"), "");
}

TEST_F(ShrinkRpath, AFileThatNeedsNothingNeedsNoDirectory) {
  EXPECT_EQ(shrunk_for({}, "/one:$ORIGIN"), "$ORIGIN");
}

}  // namespace
}  // namespace elfwheel::test
