#include "loader/preload_file.h"

#include <gtest/gtest.h>

namespace elfwheel::loader {
namespace {

using Strings = std::vector<std::string>;

TEST(PreloadList, WordsStandBetweenAnySeparators) {
  EXPECT_EQ(split_words(" a:b  c::", " :"), (Strings{"a", "b", "c"}));
  EXPECT_EQ(split_words("", " :"), Strings{});
}

TEST(PreloadFile, FirstCommentIsTakenOut) {
  EXPECT_EQ(parse_preload_file("liba.so # why\nlibb.so:libc1.so\n"),
            (Strings{"liba.so", "libb.so", "libc1.so"}));
  EXPECT_EQ(parse_preload_file("# only a comment"), Strings{});
}

TEST(PreloadFile, WordsOfALaterCommentAreTakenAsLdSoTakesThem) {
  EXPECT_EQ(parse_preload_file("# one\nliba.so\n# two\n"), (Strings{"liba.so", "two"}));
}

}  // namespace
}  // namespace elfwheel::loader
