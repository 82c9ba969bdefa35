#include "loader/ld_so_cache.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/mapped_file.h"
#include "loader/memory_machine.h"
#include "support/temporary_directory.h"

namespace elfwheel::loader {
namespace {

constexpr uint32_t kX86_64 = 0x303;
using Strings = std::vector<std::string>;

struct CacheEntry {
  std::string key, value;
  uint32_t flags = kX86_64;
  uint64_t hwcap = 0;
};

// A cache as ldconfig writes it; the entries have to be in its order, keys downwards.
class CacheBuilder {
 public:
  explicit CacheBuilder(bool big = false) : big_(big) {}

  std::string build(const std::vector<CacheEntry>& entries, const Strings& hwcaps = {}) {
    std::string strings;
    const size_t table = 48 + entries.size() * 24;
    const auto add = [&](const std::string& text) {
      const size_t offset = table + strings.size();
      strings += text + '\0';
      return static_cast<uint32_t>(offset);
    };
    std::string rows;
    for (const auto& entry : entries) {
      rows += four(entry.flags) + four(add(entry.key)) + four(add(entry.value)) + four(0);
      const auto low = static_cast<uint32_t>(entry.hwcap);
      const auto high = static_cast<uint32_t>(entry.hwcap >> 32);
      rows += big_ ? four(high) + four(low) : four(low) + four(high);
    }
    std::string names;
    for (const auto& name : hwcaps) names += four(add(name));
    while (strings.size() % 4 != 0) strings += '\0';
    const auto extension = static_cast<uint32_t>(table + strings.size());
    const std::string directory = four(0xeaa42174) + four(1) + four(1) + four(0) +
                                  four(extension + 24) + four(static_cast<uint32_t>(names.size()));
    std::string header = "glibc-ld.so.cache1.1";
    header += four(static_cast<uint32_t>(entries.size())) + four(0);
    header += big_ ? '\3' : '\2';
    header += std::string(3, '\0') + four(extension) + std::string(12, '\0');
    return header + rows + strings + directory + names;
  }

 private:
  std::string four(uint32_t value) const {
    std::string bytes;
    for (unsigned i = 0; i < 4; ++i)
      bytes += static_cast<char>(value >> 8 * (big_ ? 3 - i : i) & 0xff);
    return bytes;
  }
  bool big_;
};

constexpr uint64_t kNamed = uint64_t{1} << 62;

std::optional<std::string> find_in(const std::string& cache, const std::string& name,
                                   const Strings& hwcaps = {}, uint32_t flags = kX86_64,
                                   elf::ByteOrder order = elf::ByteOrder::kLittle) {
  return LdSoCache(Bytes(std::string_view(cache)), order).find(name, flags, hwcaps, {});
}

std::optional<std::string> find_with_legacy(const std::string& cache, const Strings& legacy,
                                            uint32_t flags = kX86_64) {
  return LdSoCache(Bytes(std::string_view(cache)), elf::ByteOrder::kLittle)
      .find("libx.so", flags, {"x86-64-v2"}, legacy);
}

TEST(LdSoCache, FindsEveryKey) {
  const std::string cache =
      CacheBuilder().build({{"libz.so.1", "/z"}, {"libm.so.6", "/m"}, {"liba.so", "/a"}});
  EXPECT_EQ(find_in(cache, "libz.so.1"), "/z");
  EXPECT_EQ(find_in(cache, "libm.so.6"), "/m");
  EXPECT_EQ(find_in(cache, "liba.so"), "/a");
  EXPECT_EQ(find_in(cache, "libb.so"), std::nullopt);
  EXPECT_EQ(find_in(cache, ""), std::nullopt);
}

TEST(LdSoCache, RunsOfDigitsCompareAsNumbers) {
  const std::string cache = CacheBuilder().build({{"libx.so.10", "/10"}, {"libx.so.9", "/9"}});
  EXPECT_EQ(find_in(cache, "libx.so.010"), "/10");
  EXPECT_EQ(find_in(cache, "libx.so.9"), "/9");
  EXPECT_GT(compare_cache_names("libx.so.10", "libx.so.9"), 0);
  EXPECT_LT(compare_cache_names("libx.so", "libx.so.1"), 0);
  EXPECT_EQ(compare_cache_names("a01b002", "a1b2"), 0);
}

TEST(LdSoCache, OnlyEntriesOfTheMachineCount) {
  const std::string cache =
      CacheBuilder().build({{"libx.so", "/64", kX86_64}, {"libx.so", "/32", 0x3}});
  EXPECT_EQ(find_in(cache, "libx.so", {}, 0x3), "/32");
  EXPECT_EQ(find_in(cache, "libx.so", {}, 0x803), std::nullopt);
}

TEST(LdSoCache, BestUsableHwcapsLevelWinsOverThePlainEntry) {
  const std::string cache = CacheBuilder().build({{"libx.so", "/v4", kX86_64, kNamed | 0},
                                                  {"libx.so", "/v2", kX86_64, kNamed | 1},
                                                  {"libx.so", "/v3", kX86_64, kNamed | 2},
                                                  {"libx.so", "/plain"}},
                                                 {"x86-64-v4", "x86-64-v2", "x86-64-v3"});
  EXPECT_EQ(find_in(cache, "libx.so", {"x86-64-v3", "x86-64-v2"}), "/v3");
  EXPECT_EQ(find_in(cache, "libx.so", {"x86-64-v2"}), "/v2");
  EXPECT_EQ(find_in(cache, "libx.so"), "/plain");
}

TEST(LdSoCache, EntryOfALibraryForAHigherLevelThanTheCpusIsPassedOver) {
  constexpr uint64_t kNeedsV3 = uint64_t{2} << 32;
  const std::string cache = CacheBuilder().build(
      {{"libx.so", "/v2", kX86_64, kNamed | kNeedsV3 | 0}, {"libx.so", "/plain"}}, {"x86-64-v2"});
  EXPECT_EQ(find_in(cache, "libx.so", {"x86-64-v2"}), "/plain");
  EXPECT_EQ(find_in(cache, "libx.so", {"x86-64-v3", "x86-64-v2"}), "/v2");
}

TEST(LdSoCache, FirstPlainEntryCounts) {
  const std::string cache = CacheBuilder().build({{"libx.so", "/first"}, {"libx.so", "/second"}});
  EXPECT_EQ(find_in(cache, "libx.so"), "/first");
}

TEST(LdSoCache, LegacyEntriesCountWhereTheCpuHasAllOfTheirParts) {
  constexpr uint64_t kTls = uint64_t{1} << 63, kHaswell = uint64_t{1} << 50, kAvx512 = 4, kX86 = 2;
  // As ldconfig sorts them: the most parts first.
  const std::string cache = CacheBuilder().build(
      {{"libx.so", "/tls/haswell/avx512_1/x86_64", kX86_64, kTls | kHaswell | kAvx512 | kX86},
       {"libx.so", "/haswell/x86_64", kX86_64, kHaswell | kX86},
       {"libx.so", "/tls", kX86_64, kTls},
       {"libx.so", "/plain"}});
  EXPECT_EQ(find_with_legacy(cache, {"haswell", "avx512_1", "x86_64"}),
            "/tls/haswell/avx512_1/x86_64");
  EXPECT_EQ(find_with_legacy(cache, {"haswell", "x86_64"}), "/haswell/x86_64");
  EXPECT_EQ(find_with_legacy(cache, {"x86_64"}), "/tls");
  EXPECT_EQ(find_with_legacy(cache, {}), "/plain");  // since glibc 2.37
}

TEST(LdSoCache, LegacyPlatformMustBeTheCpusOwn) {
  for (const unsigned other : {48u, 49u, 51u}) {  // i586, i686, xeon_phi
    const std::string cache =
        CacheBuilder().build({{"libx.so", "/other", kX86_64, uint64_t{1} << other}});
    EXPECT_EQ(find_with_legacy(cache, {"haswell", "x86_64"}), std::nullopt) << other;
  }
}

TEST(LdSoCache, LegacyEntriesOfOtherMachinesDoNotCount) {
  const std::string cache =
      CacheBuilder().build({{"libx.so", "/sse2", 0x3, 2}, {"libx.so", "/plain", 0x3}});
  EXPECT_EQ(find_with_legacy(cache, {"x86_64"}, 0x3), "/plain");
}

TEST(LdSoCache, LevelsWinOverLegacyEntries) {
  const std::string cache = CacheBuilder().build(
      {{"libx.so", "/v2", kX86_64, kNamed | 0}, {"libx.so", "/x86_64", kX86_64, 2}}, {"x86-64-v2"});
  EXPECT_EQ(find_with_legacy(cache, {"x86_64"}), "/v2");
}

TEST(LdSoCache, OfTheOtherByteOrderIsReadByItsOwnLoader) {
  const std::string cache = CacheBuilder(true).build({{"libx.so", "/x"}});
  EXPECT_EQ(find_in(cache, "libx.so", {}, kX86_64, elf::ByteOrder::kBig), "/x");
  EXPECT_EQ(find_in(cache, "libx.so"), std::nullopt);
}

TEST(LdSoCache, StandsBehindTheOldFormatToo) {
  std::string old("ld.so-1.7.0", 11);
  old += std::string(1, '\0') + std::string("\1\0\0\0", 4) + std::string(12, '\0');
  old += std::string(4, '\0');  // up to the alignment of 8
  EXPECT_EQ(find_in(old + CacheBuilder().build({{"libx.so", "/x"}}), "libx.so"), "/x");
}

TEST(LdSoCache, WhatIsNoCacheHasNothing) {
  EXPECT_EQ(LdSoCache(Bytes(std::string_view("")), elf::ByteOrder::kLittle).entry_count(), 0u);
  const std::string text(100, 'x');
  EXPECT_EQ(find_in(text, "libx.so"), std::nullopt);
}

TEST(LdSoCache, CutShortAnywhereIsReadWithoutHarm) {
  const std::string cache = CacheBuilder().build(
      {{"libx.so", "/v2", kX86_64, kNamed | 0}, {"libx.so", "/plain"}, {"liba.so", "/a"}},
      {"x86-64-v2"});
  for (size_t size = 0; size < cache.size(); ++size) {
    const auto found = find_in(cache.substr(0, size), "liba.so", {"x86-64-v2"});
    EXPECT_EQ(found.value_or("/a"), "/a") << size;
  }
}

TEST(LdSoCache, WrittenByLdconfigIsUnderstood) {
  const test::TemporaryDirectory directory;
  directory.write("lib/libreal.so.1.2",
                  test::build_elf({.soname = "libreal.so.1", .needed = {"libc.so.6"}}));
  directory.write("conf", directory / "lib\n");
  const std::string command =
      "/sbin/ldconfig -C " + (directory / "cache") + " -f " + (directory / "conf") + " 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const MappedFile file = MappedFile::open(directory / "cache");
  const LdSoCache cache(file.bytes(), elf::ByteOrder::kLittle);
  EXPECT_EQ(cache.find("libreal.so.1", kX86_64, {}, {}), directory / "lib/libreal.so.1");
  EXPECT_EQ(cache.find("libreal.so.1.2", kX86_64, {}, {}), std::nullopt);
  EXPECT_GT(cache.entry_count(), 10u);  // the default directories are in it too
}

}  // namespace
}  // namespace elfwheel::loader
