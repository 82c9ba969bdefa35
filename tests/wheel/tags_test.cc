#include "elfwheel/wheel/tags.h"

#include <gtest/gtest.h>

#include "wheel/error_text.h"

namespace elfwheel::wheel {
namespace {

using test::error_text;
using Platforms = std::vector<std::string>;

TEST(Tags, WritesCompressedSetsOut) {
  const auto tags = parse_tags("py2.py3-none-any.linux_x86_64");
  ASSERT_EQ(tags.size(), 4u);
  EXPECT_EQ(tag_text(tags[0]), "py2-none-any");
  EXPECT_EQ(tag_text(tags[3]), "py3-none-linux_x86_64");
}

TEST(Tags, RefusesWhatHasNotThreeParts) {
  for (const char* text : {"py3-none", "py3-none-any-x", "py3--any", "py3.-none-any", ""})
    EXPECT_EQ(error_text([&] { parse_tags(text); }),
              std::string(text) + " is not a tag: expected PYTHON-ABI-PLATFORM");
}

TEST(ChangedPlatforms, ReplacesAndSorts) {
  EXPECT_EQ(changed_platforms({"linux_x86_64"}, {{"linux_x86_64"}, {"b", "a"}}),
            (Platforms{"a", "b"}));
}

TEST(ChangedPlatforms, KeepsWhatNobodyRemoved) {
  EXPECT_EQ(changed_platforms({"manylinux1_x86_64", "linux_x86_64"},
                              {{"linux_x86_64"}, {"manylinux1_x86_64", "manylinux2014_x86_64"}}),
            (Platforms{"manylinux1_x86_64", "manylinux2014_x86_64"}));
}

TEST(ChangedPlatforms, DropsAnyBesideAnother) {
  EXPECT_EQ(changed_platforms({"any"}, {{}, {"manylinux1_x86_64"}}),
            (Platforms{"manylinux1_x86_64"}));
  EXPECT_EQ(changed_platforms({"any"}, {}), (Platforms{"any"}));
}

}  // namespace
}  // namespace elfwheel::wheel
