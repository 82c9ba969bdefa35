// The descriptor of the resolution cache note: byte for byte what patchelf 0.19 writes, but for
// what is marked; tests/cli runs both on real files.
#include "elfwheel/loader/resolution_cache.h"

#include <gtest/gtest.h>

#include "loader/memory_machine.h"

namespace elfwheel::test {
namespace {

class ResolutionCache : public testing::Test {
 protected:
  ResolutionCache() {
    machine_.library("/one/liba.so", {});
    machine_.library("/two/libb.so", {});
    machine_.library("/both/liba.so", {});
    machine_.library("/both/libb.so", {});
    machine_.library("/hw/liba.so", {});
    machine_.library("/hw/glibc-hwcaps/x86-64-v3/liba.so", {});
    machine_.text("/script/liba.so", "");
    machine_.link("/dangling/liba.so", "nowhere");
  }

  loader::ResolutionCache built(const ElfSpec& spec) {
    const std::vector<std::byte> image = build_elf(spec);
    return loader::build_resolution_cache(elf::ElfFile::parse(image), machine_.files());
  }
  // With NULs as '|'.
  std::string text(const ElfSpec& spec) {
    const loader::ResolutionCache cache = built(spec);
    EXPECT_EQ(cache.why_none, "");
    std::string result(Bytes(cache.descriptor).text());
    for (char& c : result)
      if (c == '\0') c = '|';
    return result;
  }
  std::string along(const std::string& runpath) {
    return text({.needed = {"liba.so", "libb.so"}, .runpath = runpath});
  }

  MemoryMachine machine_;
};

TEST_F(ResolutionCache, NamesEachFileThatIsThere) {
  EXPECT_EQ(along("/one:/two"), "liba.so|=/one/liba.so|libb.so|=/two/libb.so||");
  EXPECT_EQ(along("/one:/both"), "liba.so|=/one/liba.so:=/both/liba.so|libb.so|=/both/libb.so||");
  EXPECT_EQ(along("/one/"), "liba.so|=/one//liba.so||");
  EXPECT_EQ(along("/script"), "liba.so|=/script/liba.so||");
  EXPECT_EQ(along("/dangling:/one"), "liba.so|=/one/liba.so||");
}

TEST_F(ResolutionCache, KeepsThePlaceOfDirectoriesThatAreKnownAtRunTimeOnly) {
  EXPECT_EQ(along("$ORIGIN:/one"), "liba.so|?$ORIGIN:=/one/liba.so|libb.so|?$ORIGIN||");
  EXPECT_EQ(along("/x/$LIB"), "liba.so|?/x/$LIB|libb.so|?/x/$LIB||");
  EXPECT_EQ(along("rel"), "liba.so|?rel|libb.so|?rel||");
  EXPECT_EQ(along("/later:/one"), "liba.so|?/later:=/one/liba.so|libb.so|?/later||");
  EXPECT_EQ(along("/one/liba.so"), "liba.so|?/one/liba.so|libb.so|?/one/liba.so||");
  EXPECT_EQ(along("/hw"), "liba.so|?/hw|libb.so|?/hw||");
}

TEST_F(ResolutionCache, SortsTheNames) {
  EXPECT_EQ(text({.needed = {"libb.so", "liba.so"}, .runpath = "/both"}),
            "liba.so|=/both/liba.so|libb.so|=/both/libb.so||");
}

TEST_F(ResolutionCache, AnEmptyEntryIsTheCurrentDirectory) {
  EXPECT_EQ(along(":/one"), "liba.so|?:=/one/liba.so|libb.so|?||");
  EXPECT_EQ(along("/one:"), "liba.so|=/one/liba.so:?|libb.so|?||");
}

TEST_F(ResolutionCache, TakesTheTagThatTheLoaderTakes) {
  EXPECT_EQ(text({.needed = {"liba.so"}, .rpath = "/both"}), "liba.so|=/both/liba.so||");
  EXPECT_EQ(text({.needed = {"liba.so"}, .rpath = "/both", .runpath = "/one"}),
            "liba.so|=/one/liba.so||");
}

TEST_F(ResolutionCache, LeavesOutNamesThatAreNotSearchedFor) {
  EXPECT_EQ(text({.needed = {"one/liba.so", "/one/liba.so", "liba.so"}, .runpath = "/one"}),
            "liba.so|=/one/liba.so||");
}

TEST_F(ResolutionCache, NamesALibraryOnceThatIsNeededTwice) {  // patchelf lists its places twice
  EXPECT_EQ(text({.needed = {"liba.so", "liba.so"}, .runpath = "/one"}), "liba.so|=/one/liba.so||");
}

TEST_F(ResolutionCache, SaysWhyThereIsNone) {
  EXPECT_EQ(built({.needed = {"liba.so"}}).why_none, "the file has no rpath");
  EXPECT_EQ(built({.runpath = "/one"}).why_none, "the file needs no library that is searched for");
  const auto cache = built({.needed = {"libnone.so"}, .runpath = "/one"});
  EXPECT_EQ(cache.why_none, "no needed library lies in a directory of the rpath");
  EXPECT_TRUE(cache.descriptor.empty());
}

}  // namespace
}  // namespace elfwheel::test
