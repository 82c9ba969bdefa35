#include "loader/search_path.h"

#include <gtest/gtest.h>

namespace elfwheel::loader {
namespace {

using Strings = std::vector<std::string>;

Strings names_of(std::string_view text, std::string_view separators) {
  const auto files = make_memory_file_system();
  DirectoryTable table(*files, {""});
  Strings names;
  const auto drop_gone = [](std::string_view part) {
    return part == "GONE" ? std::string() : std::string(part);
  };
  for (const SearchDirectory* const directory : table.parse(text, separators, drop_gone))
    names.push_back(directory->name);
  return names;
}

TEST(SearchPath, ElementsEndInOneSlash) {
  EXPECT_EQ(names_of("/a:/b/:/c///", ":"), (Strings{"/a/", "/b/", "/c/"}));
  EXPECT_EQ(names_of("/", ":"), Strings{"/"});
}

TEST(SearchPath, EmptyTextIsNoPathAndAnEmptyElementIsTheCurrentDirectory) {
  EXPECT_EQ(names_of("", ":"), Strings{});
  EXPECT_EQ(names_of(":", ":"), Strings{""});
  EXPECT_EQ(names_of("/a:", ":"), (Strings{"/a/", ""}));
}

TEST(SearchPath, EqualElementsCountOnce) {
  EXPECT_EQ(names_of("/a:/b:/a/", ":"), (Strings{"/a/", "/b/"}));
}

TEST(SearchPath, SemicolonSeparatesWhereItIsSaid) {
  EXPECT_EQ(names_of("/a;/b:/c", ":;"), (Strings{"/a/", "/b/", "/c/"}));
  EXPECT_EQ(names_of("/a;/b", ":"), Strings{"/a;/b/"});
}

TEST(SearchPath, ElementWhoseTokensLeaveNothingIsDropped) {
  EXPECT_EQ(names_of("GONE:/a", ":"), Strings{"/a/"});
}

}  // namespace
}  // namespace elfwheel::loader
