#include "elfwheel/report/text_style.h"

#include <gtest/gtest.h>

namespace elfwheel::report {
namespace {

TEST(TextStyle, ColourIsLeftOutUnlessAskedFor) {
  EXPECT_EQ(render_alarm({false}, "x"), "x");
  EXPECT_EQ(render_alarm({true}, "x"), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(render_dim({true}, "x"), "\x1b[2mx\x1b[0m");
  EXPECT_EQ(render_heading({true}, "x"), "\x1b[1mx\x1b[0m");
}

TEST(Printable, WritesControlCharactersOut) {
  EXPECT_EQ(printable("a\nb\tc\x1b[31m\x7f"), "a\\nb\\tc\\x1b[31m\\x7f");
}

TEST(Printable, LeavesOtherBytesAlone) { EXPECT_EQ(printable("löve \\n"), "löve \\n"); }

}  // namespace
}  // namespace elfwheel::report
