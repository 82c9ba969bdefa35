#include "elfwheel/elf/symbol_versions.h"

#include <gtest/gtest.h>

#include "elf/judges/fixtures.h"

namespace elfwheel::test {
namespace {

using namespace elf;

DynamicSymbol symbol_of(std::string_view name, uint16_t version, bool hidden = false) {
  DynamicSymbol symbol;
  symbol.name = name;
  symbol.version = version;
  symbol.hidden_version = hidden;
  return symbol;
}

// libversions.so defines ANSWER_1.0 and ANSWER_2.0 (2, 3) and wants BASE_1.0 (4) of libbase.so.
class VersionedLibrary : public testing::Test {
 protected:
  const std::vector<std::byte> bytes_ = read_file(fixture("versions").path);
  const SymbolVersions versions_{ElfFile::parse(bytes_)};
};

TEST_F(VersionedLibrary, HasDefaultAndHiddenDefinitions) {
  EXPECT_EQ(versions_.find(symbol_of("answer", 3)), (SymbolVersion{"ANSWER_2.0", "", true}));
  EXPECT_EQ(versions_.find(symbol_of("answer", 2, true)), (SymbolVersion{"ANSWER_1.0", "", false}));
}

TEST_F(VersionedLibrary, WantsAVersionOfALibrary) {
  EXPECT_EQ(versions_.find(symbol_of("base_number", 4)),
            (SymbolVersion{"BASE_1.0", "libbase.so", false}));
}

TEST_F(VersionedLibrary, GivesLocalAndBaseSymbolsNone) {
  EXPECT_EQ(versions_.find(symbol_of("answer", VER_NDX_LOCAL)), SymbolVersion{});
  EXPECT_EQ(versions_.find(symbol_of("answer", VER_NDX_GLOBAL)), SymbolVersion{});
}

TEST_F(VersionedLibrary, GivesTheSymbolOfAVersionNone) {
  EXPECT_EQ(versions_.find(symbol_of("ANSWER_2.0", 3)), SymbolVersion{});
  EXPECT_EQ(versions_.find(symbol_of("ANSWER_2.0", 2)), (SymbolVersion{"ANSWER_1.0", "", true}));
}

TEST_F(VersionedLibrary, CallsAnIndexThatNothingExplainsCorrupt) {
  EXPECT_EQ(versions_.find(symbol_of("answer", 77)), (SymbolVersion{"<corrupt>", "", true}));
  EXPECT_EQ(versions_.find(symbol_of("answer", 77, true)), (SymbolVersion{"<corrupt>", "", false}));
}

TEST(UnversionedLibrary, GivesNoSymbolAVersion) {
  const std::vector<std::byte> bytes =
      read_file(fixture("no_rpath").dependencies() + "/libextra.so");
  const SymbolVersions versions(ElfFile::parse(bytes));
  EXPECT_EQ(versions.find(symbol_of("extra", VER_NDX_GLOBAL)), SymbolVersion{});
  EXPECT_EQ(versions.find(symbol_of("extra", 5)), SymbolVersion{});
}

}  // namespace
}  // namespace elfwheel::test
