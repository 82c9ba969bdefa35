// Spliced streams, read back by zlib.
#include "wheel/deflate_splice.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <string>

#include "elfwheel/base/error.h"
#include "support/deflate.h"
#include "wheel/deflate_walk.h"

namespace elfwheel::wheel {
namespace {

using test::deflated_by_libdeflate;
using test::deflated_by_zlib;
using test::inflated_by_zlib;
using test::mixture;
using Ranges = std::vector<std::pair<uint64_t, uint64_t>>;

Bytes bytes_of(const std::string& text) { return Bytes(std::string_view(text)); }

// What splice_deflate gives, as text; "" where it declines.
std::string spliced(const std::string& packed, const std::string& before, const std::string& after,
                    const Ranges& changes) {
  const auto result =
      splice_deflate(bytes_of(packed), bytes_of(before), bytes_of(after), changes, 6);
  return result ? std::string(result->bytes().text()) : "";
}

std::string changed_at(std::string text, const Ranges& changes) {
  for (const auto& [begin, end] : changes)
    for (uint64_t at = begin; at < end; ++at) text[at] = static_cast<char>(text[at] + 1);
  return text;
}

TEST(DeflateSplice, HoldsTheNewContentInTheOldBlocks) {
  const std::string before = mixture(3'000'000, 1);
  for (const std::string& packed :
       {deflated_by_libdeflate(before, 6), deflated_by_zlib(before, 1, Z_DEFAULT_STRATEGY),
        deflated_by_zlib(before, 9, Z_DEFAULT_STRATEGY), deflated_by_zlib(before, 0, 0),
        deflated_by_zlib(before, 6, Z_HUFFMAN_ONLY)})
    for (const Ranges& changes :
         {Ranges{}, Ranges{{0, 64}}, Ranges{{2'999'999, 3'000'000}}, Ranges{{1'500'000, 1'500'001}},
          Ranges{{0, 1}, {700'000, 700'100}, {2'000'000, 2'000'004}}}) {
      const std::string after = changed_at(before, changes);
      const std::string result = spliced(packed, before, after, changes);
      ASSERT_NE(result, "");
      EXPECT_EQ(inflated_by_zlib(result), after);
      EXPECT_LT(result.size(), packed.size() * 11 / 10);
    }
}

TEST(DeflateSplice, IsTheOldStreamWhereNothingChanges) {
  const std::string content = mixture(1'000'000, 2);
  for (const std::string& packed :
       {deflated_by_libdeflate(content, 6), deflated_by_zlib(content, 0, 0)})
    EXPECT_EQ(spliced(packed, content, content, {}), packed);
}

TEST(DeflateSplice, FollowsAnEndThatMoves) {
  const std::string before = mixture(2'000'000, 3);
  const std::string packed = deflated_by_libdeflate(before, 6);
  const std::string longer = before + mixture(100'000, 4);
  EXPECT_EQ(inflated_by_zlib(spliced(packed, before, longer, {{2'000'000, 2'100'000}})), longer);
  for (const size_t size : {1'999'999, 1'900'000}) {
    const std::string shorter = before.substr(0, size);
    EXPECT_EQ(inflated_by_zlib(spliced(packed, before, shorter, {})), shorter);
  }
}

// Random changes, so that each place of a block's end within a byte is met.
TEST(DeflateSplice, AnyPlaceWillDo) {
  std::mt19937 random(5);
  size_t made = 0;
  for (unsigned round = 0; round < 60; ++round) {
    const std::string before = mixture(600'000, 100 + round);
    const std::string packed = deflated_by_zlib(before, 1 + static_cast<int>(round % 9), 0);
    Ranges changes;
    for (uint64_t at = random() % 300'000; at < before.size(); at += 1 + random() % 400'000)
      changes.emplace_back(at, std::min<uint64_t>(before.size(), at + 1 + random() % 50));
    const std::string after = changed_at(before, changes);
    const std::string result = spliced(packed, before, after, changes);
    if (result.empty()) continue;
    ASSERT_EQ(inflated_by_zlib(result), after) << round;
    ++made;
  }
  EXPECT_GT(made, 30u);
}

TEST(DeflateSplice, DeclinesWhereLittleCouldBeKept) {
  const std::string before = mixture(100'000, 6);
  const std::string after = changed_at(before, {{0, 100'000}});
  EXPECT_EQ(spliced(deflated_by_libdeflate(before, 6), before, after, {{0, 100'000}}), "");
}

// A match may reach over a block's beginning: the blocks behind a change are not what they were.
TEST(DeflateSplice, KnowsThatLaterBlocksReferBack) {
  std::string before = mixture(400'000, 7);
  for (int i = 0; i < 8; ++i) before += before.substr(before.size() - 30'000, 30'000);
  const std::string packed = deflated_by_zlib(before, 9, 0);
  const Ranges changes = {{before.size() - 70'000, before.size() - 69'990}};
  const std::string after = changed_at(before, changes);
  const std::string result = spliced(packed, before, after, changes);
  ASSERT_NE(result, "");
  EXPECT_EQ(inflated_by_zlib(result), after);
}

TEST(DeflateSplice, RefusesAStreamOfOtherContent) {
  const std::string content = mixture(50'000, 8);
  const std::string packed = deflated_by_libdeflate(content, 6);
  EXPECT_THROW(spliced(packed, mixture(50'000, 9), content, {}), Error);
}

}  // namespace
}  // namespace elfwheel::wheel
