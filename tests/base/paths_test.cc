#include "base/paths.h"

#include <gtest/gtest.h>

namespace elfwheel {
namespace {

using Strings = std::vector<std::string>;

TEST(Paths, NormalizeDropsDotsAndFoldsParents) {
  EXPECT_EQ(normalize_path("/a/./b//c/../d/"), "/a/b/d");
  EXPECT_EQ(normalize_path("a/b/../../c"), "c");
  EXPECT_EQ(normalize_path("..a/...b"), "..a/...b");
}

TEST(Paths, NormalizeKeepsLeadingParentsOfRelativePathsOnly) {
  EXPECT_EQ(normalize_path("../../a"), "../../a");
  EXPECT_EQ(normalize_path("a/../../b"), "../b");
  EXPECT_EQ(normalize_path("/../../a"), "/a");
  EXPECT_EQ(normalize_path("/.."), "/");
}

TEST(Paths, NormalizeOfNothingIsDot) {
  EXPECT_EQ(normalize_path(""), ".");
  EXPECT_EQ(normalize_path("./."), ".");
  EXPECT_EQ(normalize_path("a/.."), ".");
}

TEST(Paths, JoinPutsOneSlash) {
  EXPECT_EQ(join_path("/a", "b"), "/a/b");
  EXPECT_EQ(join_path("/a/", "b"), "/a/b");
  EXPECT_EQ(join_path("/", "b"), "/b");
  EXPECT_EQ(join_path("", "b"), "b");
}

TEST(Paths, BaseAndDirectoryNameSplitAtTheLastSlash) {
  EXPECT_EQ(base_name("/a/b"), "b");
  EXPECT_EQ(base_name("b"), "b");
  EXPECT_EQ(base_name("a/"), "");
  EXPECT_EQ(directory_name("/a/b"), "/a");
  EXPECT_EQ(directory_name("/b"), "/");
  EXPECT_EQ(directory_name("b"), "");
}

TEST(Paths, RelativePathClimbsToTheSharedDirectory) {
  EXPECT_EQ(relative_path("/a/b", "/a/c/d"), "../c/d");
  EXPECT_EQ(relative_path("/a", "/a/b"), "b");
  EXPECT_EQ(relative_path("/a/b", "/a"), "..");
  EXPECT_EQ(relative_path("/a", "/a"), ".");
  EXPECT_EQ(relative_path("/", "/ab"), "ab");
  EXPECT_EQ(relative_path("/ab", "/a"), "../a");
  EXPECT_EQ(relative_path("a/b", "c"), "../../c");
}

TEST(Paths, WithinIsByWholeParts) {
  EXPECT_TRUE(is_within("/a/b", "/a"));
  EXPECT_TRUE(is_within("/a", "/a"));
  EXPECT_TRUE(is_within("/a", "/"));
  EXPECT_FALSE(is_within("/ab", "/a"));
  EXPECT_FALSE(is_within("/", "/a"));
}

TEST(Paths, SplitKeepsEmptyParts) {
  EXPECT_EQ(split("a::b", ':'), (Strings{"a", "", "b"}));
  EXPECT_EQ(split(":", ':'), (Strings{"", ""}));
  EXPECT_EQ(split("", ':'), (Strings{""}));
}

}  // namespace
}  // namespace elfwheel
