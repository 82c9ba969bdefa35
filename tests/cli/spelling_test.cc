// What a mistyped word is taken for.
#include "cli/spelling.h"

#include <gtest/gtest.h>

namespace elfwheel::cli {
namespace {

const std::vector<std::string> kKnown = {"show", "repair", "lddtree", "--depth", "--help"};

TEST(NearestWord, ForgivesOneSlip) {
  EXPECT_EQ(nearest_word("repiar", kKnown), "repair");     // two in the wrong order
  EXPECT_EQ(nearest_word("shw", kKnown), "show");          // one too few
  EXPECT_EQ(nearest_word("lddttree", kKnown), "lddtree");  // one too many
  EXPECT_EQ(nearest_word("--depht", kKnown), "--depth");
}

TEST(NearestWord, CompletesTheStartOfAWord) {
  EXPECT_EQ(nearest_word("ldd", kKnown), "lddtree");
  EXPECT_EQ(nearest_word("ld", kKnown), std::nullopt);
}

TEST(NearestWord, GuessesNothingFarOff) {
  EXPECT_EQ(nearest_word("frobnicate", kKnown), std::nullopt);
  EXPECT_EQ(nearest_word("--deep", kKnown), std::nullopt);
  EXPECT_EQ(nearest_word("", kKnown), std::nullopt);
  EXPECT_EQ(nearest_word("-", kKnown), std::nullopt);
  EXPECT_EQ(nearest_word(std::string(1000000, 'x'), kKnown), std::nullopt);
}

}  // namespace
}  // namespace elfwheel::cli
