// What is decoded is what was encoded, and nothing else is taken for it.

#include "second_opinion/facts_coding.h"

#include <gtest/gtest.h>

#include "elf/judges/fixtures.h"
#include "elfwheel/base/error.h"
#include "second_opinion/compare.h"

namespace elfwheel::second_opinion {
namespace {

Facts facts_of_fixture() {
  static const std::vector<std::byte> image = test::read_file(test::fixture("plain").path);
  Facts facts = read_with_elfwheel(elf::ElfFile::parse(image));
  facts.rpath = "";
  facts.symbols_cut = true;
  facts.segments.front().cache_note = true;
  return facts;
}

TEST(FactsCoding, GivesBackEveryField) {
  const Facts facts = facts_of_fixture();
  ASSERT_FALSE(facts.symbols.empty());
  ASSERT_FALSE(facts.version_needs.empty());
  const Facts decoded = decode(encode(facts));
  EXPECT_EQ(differences(decoded, facts), std::vector<std::string>());
  EXPECT_EQ(decoded.segments, facts.segments);
  EXPECT_EQ(decoded.sections, facts.sections);
  EXPECT_EQ(decoded.symbols, facts.symbols);
  EXPECT_EQ(decoded.rpath, facts.rpath);
  EXPECT_EQ(decoded.runpath, facts.runpath);
  EXPECT_TRUE(decoded.symbols_cut);
}

TEST(FactsCoding, RefusesAnAnswerOfAnyOtherLength) {
  const std::string text = encode(facts_of_fixture());
  for (size_t size = 0; size < text.size(); size += 7)
    EXPECT_THROW(decode(std::string_view(text).substr(0, size)), Error) << size;
  EXPECT_THROW(decode(text + "x"), Error);
}

TEST(FactsCoding, RefusesALengthThatNothingFollows) {
  std::string text = encode(Facts{});
  text.replace(text.size() - 8, 8, std::string(8, '\x7f'));
  EXPECT_THROW(decode(text), Error);
}

}  // namespace
}  // namespace elfwheel::second_opinion
