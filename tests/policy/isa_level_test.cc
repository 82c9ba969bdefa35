#include "elfwheel/policy/isa_level.h"

#include <gtest/gtest.h>

namespace elfwheel::policy {
namespace {

TEST(IsaLevel, HighestBitOfTheNoteDecides) {
  EXPECT_EQ(isa_level_needed(1), IsaLevel::kBaseline);
  EXPECT_EQ(isa_level_needed(1 | 2), IsaLevel::kV2);
  EXPECT_EQ(isa_level_needed(1 | 2 | 4), IsaLevel::kV3);
  EXPECT_EQ(isa_level_needed(8), IsaLevel::kV4);
}

TEST(IsaLevel, NoNoteAsksForTheBaseline) { EXPECT_EQ(isa_level_needed(0), IsaLevel::kBaseline); }

TEST(IsaLevel, BitsWithoutALevelExceedEveryLevel) {
  EXPECT_EQ(isa_level_needed(16), IsaLevel::kUnknown);
  EXPECT_EQ(isa_level_needed(1 | 0x80000000), IsaLevel::kUnknown);
  EXPECT_GT(IsaLevel::kUnknown, IsaLevel::kV4);
}

TEST(IsaLevel, KnownLevelWinsOverUnknownBits) {
  EXPECT_EQ(isa_level_needed(16 | 4), IsaLevel::kV3);
}

TEST(IsaLevel, HasThePsabiName) {
  EXPECT_EQ(isa_level_name(IsaLevel::kBaseline), "x86-64");
  EXPECT_EQ(isa_level_name(IsaLevel::kV2), "x86-64-v2");
  EXPECT_EQ(isa_level_name(IsaLevel::kV3), "x86-64-v3");
  EXPECT_EQ(isa_level_name(IsaLevel::kV4), "x86-64-v4");
  EXPECT_EQ(isa_level_name(IsaLevel::kUnknown), "unknown x86-64 level");
}

}  // namespace
}  // namespace elfwheel::policy
