#include "report/markup.h"

#include <gtest/gtest.h>

namespace elfwheel::report {
namespace {

TEST(VisibleText, KeepsWhatCanBeSeen) {
  EXPECT_EQ(visible_text("/opt/lib \"ü→漢𝄞\\"), "/opt/lib \"ü→漢𝄞\\");
}

TEST(VisibleText, WritesOutWhatCannotBeSeen) {
  EXPECT_EQ(visible_text("a\nb\tc\x1b[31m\x7f"), "a\\nb\\tc\\x1b[31m\\x7f");
  EXPECT_EQ(visible_text("\xc2\x85"), "\\u0085");
  EXPECT_EQ(visible_text("a\u202eb\u2028c\ufeff\u200b"), "a\\u202eb\\u2028c\\ufeff\\u200b");
}

TEST(VisibleText, WritesOutBytesThatAreNoUtf8) {
  EXPECT_EQ(visible_text("\xff\x80x"), "\\xff\\x80x");
  EXPECT_EQ(visible_text("\xc3"), "\\xc3");             // ends too soon
  EXPECT_EQ(visible_text("\xe2\x86x"), "\\xe2\\x86x");  // goes on wrongly
  EXPECT_EQ(visible_text("\xc0\xaf"), "\\xc0\\xaf");    // longer than need be
  EXPECT_EQ(visible_text("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");
  EXPECT_EQ(visible_text("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(visible_text("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
}

TEST(DotQuoted, KeepsNamesInTheirQuotes) {
  EXPECT_EQ(dot_quoted("lib a.so"), R"("lib a.so")");
  EXPECT_EQ(dot_quoted(R"(a"];b\)"), R"("a\"];b\\")");
  EXPECT_EQ(dot_quoted("a\nb"), R"("a\\nb")");
  EXPECT_EQ(dot_quoted("&lt;"), R"("&amp;lt;")");
  EXPECT_EQ(dot_quoted("\xff"), R"("\\xff")");
}

TEST(MermaidQuoted, TurnsEveryMarkIntoAnEntity) {
  EXPECT_EQ(mermaid_quoted("/usr/lib/x86_64-linux-gnu/libstdc++.so.6"),
            R"("/usr/lib/x86_64-linux-gnu/libstdc++.so.6")");
  EXPECT_EQ(mermaid_quoted("a\"]b"), R"("a#34;#93;b")");
  EXPECT_EQ(mermaid_quoted("#35;<br>&`%%{"), R"("#35;35#59;#60;br#62;#38;#96;#37;#37;#123;")");
  EXPECT_EQ(mermaid_quoted("__x__ y_z"), R"("#95;#95;x#95;#95;#32;y_z")");
  EXPECT_EQ(mermaid_quoted("a\n\\"), R"("a#92;#8288;n#92;")");
  EXPECT_EQ(mermaid_quoted("ü"), "\"ü\"");
}

TEST(HtmlEscaped, KeepsNamesOutOfTags) {
  EXPECT_EQ(html_escaped("<script>\"&'\n\xff"), "&lt;script&gt;&quot;&amp;'\\n\\xff");
}

}  // namespace
}  // namespace elfwheel::report
