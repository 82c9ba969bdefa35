#include "loader/wildcard.h"

#include <gtest/gtest.h>

namespace elfwheel::loader {
namespace {

using Strings = std::vector<std::string>;

const Bytes kFile(std::string_view("x"));

TEST(Wildcard, StarQuestionMarkAndBracketsStandForCharacters) {
  EXPECT_TRUE(fits_pattern("libc.conf", "*.conf"));
  EXPECT_TRUE(fits_pattern("libc.conf", "lib?.conf"));
  EXPECT_TRUE(fits_pattern("libc.conf", "li[!x][c-d].c*f"));
  EXPECT_TRUE(fits_pattern("abcabd", "*ab?"));
  EXPECT_TRUE(fits_pattern("a5", "a[[:digit:]]"));
  EXPECT_TRUE(fits_pattern("a]", "a[]]"));
  EXPECT_TRUE(fits_pattern("", "*"));
  EXPECT_FALSE(fits_pattern("libc.conf~", "*.conf"));
  EXPECT_FALSE(fits_pattern("libx.conf", "li[!x]x.conf*x"));
  EXPECT_FALSE(fits_pattern("", "?"));
}

TEST(Wildcard, BackslashAndAnOpenBracketMeanThemselves) {
  EXPECT_TRUE(fits_pattern("a*", "a\\*"));
  EXPECT_FALSE(fits_pattern("ab", "a\\*"));
  EXPECT_TRUE(fits_pattern("[a", "[a"));
}

TEST(Wildcard, LeadingPeriodHasToBeWritten) {
  EXPECT_FALSE(fits_pattern(".x.conf", "*.conf"));
  EXPECT_FALSE(fits_pattern(".x.conf", "?x.conf"));
  EXPECT_TRUE(fits_pattern(".x.conf", ".*.conf"));
}

TEST(Wildcard, ManyStarsTakeNoTimeToSpeakOf) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  EXPECT_FALSE(fits_pattern(std::string(255, 'a') + "b", pattern));
}

TEST(Wildcard, ComponentsMayHavePatternsToo) {
  const auto files = make_memory_file_system();
  for (const char* path : {"/etc/a.d/1.conf", "/etc/a.d/.hidden.conf", "/etc/b.d/2.conf", "/etc/b"})
    files->add_file(path, kFile);
  EXPECT_EQ(find_by_pattern(*files, "/etc/?.d/*.conf"),
            (Strings{"/etc/a.d/1.conf", "/etc/b.d/2.conf"}));
  EXPECT_EQ(find_by_pattern(*files, "/etc/b"), Strings{"/etc/b"});
  EXPECT_EQ(find_by_pattern(*files, "/etc/c"), Strings{});
  EXPECT_EQ(find_by_pattern(*files, "etc/b"), Strings{});
}

TEST(Wildcard, WaysToOneDirectoryDoNotMultiply) {
  const auto files = make_memory_file_system();
  for (int i = 0; i < 20; ++i) files->add_file("/d/" + std::to_string(i) + "/f", kFile);
  std::string pattern = "/d";
  for (int i = 0; i < 200; ++i) pattern += "/*/..";
  EXPECT_EQ(find_by_pattern(*files, pattern + "/7/f").size(), 1u);
}

}  // namespace
}  // namespace elfwheel::loader
