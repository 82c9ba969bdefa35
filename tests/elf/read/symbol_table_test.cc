// Names are found through the hash tables that linkers and assemblers of all kinds have written:
// judged by the table read from front to back.
#include "elfwheel/elf/symbol_table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "elf/judges/fixtures.h"
#include "elfwheel/base/error.h"

namespace elfwheel::test {
namespace {

using namespace elf;

// GNU tables leave out what stands before the first defined symbol; both kinds entry 0.
bool is_hashed(const DynamicSymbol& symbol) {
  return symbol.is_defined() && !symbol.name.empty() && symbol.binding != STB_LOCAL;
}

class FixtureWithNames : public testing::TestWithParam<Fixture> {};

TEST_P(FixtureWithNames, FindsEachDefinedSymbolByItsName) {
  const std::vector<std::byte> bytes = read_file(GetParam().path);
  const ElfFile file = ElfFile::parse(bytes);
  const SymbolTable table(file);
  const std::vector<DynamicSymbol> symbols = read_dynamic_symbols(file);
  const bool has_hash =
      file.find_dynamic(DT_HASH).has_value() || file.find_dynamic(DT_GNU_HASH).has_value();
  for (size_t i = 0; i < symbols.size(); ++i) {
    EXPECT_EQ(table.at(static_cast<uint32_t>(i)), symbols[i]);
    if (!has_hash || !is_hashed(symbols[i])) continue;
    const std::vector<DynamicSymbol> found = table.named(HashedName(symbols[i].name));
    EXPECT_NE(std::find(found.begin(), found.end(), symbols[i]), found.end()) << symbols[i].name;
    for (const DynamicSymbol& each : found) EXPECT_EQ(each.name, symbols[i].name);
  }
}

TEST_P(FixtureWithNames, FindsNoOtherName) {
  const std::vector<std::byte> bytes = read_file(GetParam().path);
  const ElfFile file = ElfFile::parse(bytes);
  const SymbolTable table(file);
  for (const DynamicSymbol& symbol : read_dynamic_symbols(file)) {
    if (symbol.name.empty()) continue;
    const std::string longer = std::string(symbol.name) + "_that_nobody_defines";
    EXPECT_TRUE(table.named(HashedName(longer)).empty());
    EXPECT_TRUE(table.named(HashedName(longer.substr(1, symbol.name.size() + 3))).empty());
  }
}

INSTANTIATE_TEST_SUITE_P(SymbolTable, FixtureWithNames,
                         testing::ValuesIn(fixtures_of({"library", "program"})),
                         [](const auto& each) { return each.param.name; });

TEST(SymbolTable, BeyondItsSegmentIsAnError) {
  const std::vector<std::byte> bytes = read_file(fixture("plain").path);
  const ElfFile file = ElfFile::parse(bytes);
  EXPECT_THROW(SymbolTable(file).at(1'000'000), Error);
}

}  // namespace
}  // namespace elfwheel::test
