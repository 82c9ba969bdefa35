#include "loader/dynamic_tokens.h"

#include <gtest/gtest.h>

namespace elfwheel::loader {
namespace {

const TokenValues kValues{"/o", "lib/x86_64-linux-gnu", "haswell"};

TEST(GlibcTokens, AreReplacedWithAndWithoutBraces) {
  EXPECT_EQ(expand_glibc_tokens("$ORIGIN/../$LIB", kValues), "/o/../lib/x86_64-linux-gnu");
  EXPECT_EQ(expand_glibc_tokens("${ORIGIN}x${PLATFORM}", kValues), "/oxhaswell");
  EXPECT_EQ(expand_glibc_tokens("a$ORIGIN", kValues), "a/o");
}

TEST(GlibcTokens, EndWhereAnIdentifierEnds) {
  EXPECT_EQ(expand_glibc_tokens("$ORIGINx", kValues), "$ORIGINx");
  EXPECT_EQ(expand_glibc_tokens("$ORIGIN_", kValues), "$ORIGIN_");
  EXPECT_EQ(expand_glibc_tokens("$LIB64", kValues), "$LIB64");
  EXPECT_EQ(expand_glibc_tokens("$ORIGIN-x", kValues), "/o-x");
}

TEST(GlibcTokens, UnknownOnesStay) {
  EXPECT_EQ(expand_glibc_tokens("$HOME/${ORIGIN/$", kValues), "$HOME/${ORIGIN/$");
  EXPECT_EQ(expand_glibc_tokens("$$ORIGIN", kValues), "$/o");
}

TEST(MuslTokens, OriginIsAPrefix) {
  EXPECT_EQ(expand_musl_tokens("$ORIGINx:${ORIGIN}/y", "/o"), "/ox:/o/y");
  EXPECT_EQ(expand_musl_tokens("/plain", "/o"), "/plain");
}

TEST(MuslTokens, AnyOtherDollarDropsTheWhole) {
  EXPECT_EQ(expand_musl_tokens("$ORIGIN:/x/$LIB", "/o"), std::nullopt);
  EXPECT_EQ(expand_musl_tokens("${ORIGIN", "/o"), std::nullopt);
  EXPECT_EQ(expand_musl_tokens("a$", "/o"), std::nullopt);
}

}  // namespace
}  // namespace elfwheel::loader
