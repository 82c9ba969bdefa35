#include "elfwheel/elf/symbol_class.h"

#include <gtest/gtest.h>

#include "elf/judges/fixtures.h"

namespace elfwheel::test {
namespace {

using namespace elf;

DynamicSymbol symbol_of(uint8_t binding, uint8_t type, uint16_t section = 1, uint64_t value = 0) {
  DynamicSymbol symbol;
  symbol.binding = binding;
  symbol.type = type;
  symbol.section = section;
  symbol.value = value;
  return symbol;
}

char letter(uint8_t binding, uint8_t type, SymbolPlace place) {
  return nm_letter(symbol_of(binding, type), place);
}

TEST(NmLetter, OfAGlobalSymbolIsThatOfItsPlace) {
  EXPECT_EQ(letter(STB_GLOBAL, STT_FUNC, SymbolPlace::kCode), 'T');
  EXPECT_EQ(letter(STB_GLOBAL, STT_OBJECT, SymbolPlace::kData), 'D');
  EXPECT_EQ(letter(STB_GLOBAL, STT_OBJECT, SymbolPlace::kReadOnlyData), 'R');
  EXPECT_EQ(letter(STB_GLOBAL, STT_TLS, SymbolPlace::kZeroed), 'B');
  EXPECT_EQ(letter(STB_GLOBAL, STT_OBJECT, SymbolPlace::kAbsolute), 'A');
  EXPECT_EQ(letter(STB_GLOBAL, STT_OBJECT, SymbolPlace::kCommon), 'C');
  EXPECT_EQ(letter(STB_GLOBAL, STT_FUNC, SymbolPlace::kUndefined), 'U');
}

TEST(NmLetter, OfALocalSymbolIsSmall) {
  EXPECT_EQ(letter(STB_LOCAL, STT_FUNC, SymbolPlace::kCode), 't');
  EXPECT_EQ(letter(STB_LOCAL, STT_OBJECT, SymbolPlace::kAbsolute), 'a');
}

TEST(NmLetter, OfAWeakSymbolSaysWhetherItIsAnObjectAndDefined) {
  EXPECT_EQ(letter(STB_WEAK, STT_FUNC, SymbolPlace::kCode), 'W');
  EXPECT_EQ(letter(STB_WEAK, STT_OBJECT, SymbolPlace::kData), 'V');
  EXPECT_EQ(letter(STB_WEAK, STT_NOTYPE, SymbolPlace::kUndefined), 'w');
  EXPECT_EQ(letter(STB_WEAK, STT_OBJECT, SymbolPlace::kUndefined), 'v');
}

TEST(NmLetter, OfUniqueAndIndirectSymbolsIsTheirOwn) {
  EXPECT_EQ(letter(STB_GNU_UNIQUE, STT_OBJECT, SymbolPlace::kZeroed), 'u');
  EXPECT_EQ(letter(STB_GNU_UNIQUE, STT_OBJECT, SymbolPlace::kUndefined), 'U');
  EXPECT_EQ(letter(STB_GLOBAL, STT_GNU_IFUNC, SymbolPlace::kCode), 'i');
  EXPECT_EQ(letter(STB_WEAK, STT_GNU_IFUNC, SymbolPlace::kCode), 'i');
  EXPECT_EQ(letter(STB_GLOBAL, STT_GNU_IFUNC, SymbolPlace::kUndefined), 'U');
}

TEST(NmLetter, OfAnUnknownBindingIsAQuestionMark) {
  EXPECT_EQ(letter(13, STT_FUNC, SymbolPlace::kCode), '?');
}

TEST(SymbolPlace, OfReservedSectionNumbersIsNoSection) {
  const std::vector<std::byte> bytes = read_file(fixture("plain").path);
  const SymbolPlaces places(ElfFile::parse(bytes));
  EXPECT_EQ(places.find(symbol_of(STB_GLOBAL, STT_FUNC, SHN_UNDEF)), SymbolPlace::kUndefined);
  EXPECT_EQ(places.find(symbol_of(STB_GLOBAL, STT_FUNC, SHN_ABS)), SymbolPlace::kAbsolute);
  EXPECT_EQ(places.find(symbol_of(STB_GLOBAL, STT_FUNC, SHN_COMMON)), SymbolPlace::kCommon);
  EXPECT_EQ(places.find(symbol_of(STB_GLOBAL, STT_FUNC, 0xff02)), SymbolPlace::kAbsolute);
}

TEST(SymbolPlace, WithoutSectionHeadersIsThatOfTheSegment) {
  const std::vector<std::byte> bytes = read_file(fixture("no_sections").path);
  const ElfFile file = ElfFile::parse(bytes);
  const SymbolPlaces places(file);
  const Segment* code = nullptr;
  const Segment* data = nullptr;
  for (const Segment& segment : file.segments()) {
    if (segment.p_type != PT_LOAD) continue;
    if ((segment.p_flags & PF_X) != 0) code = &segment;
    if ((segment.p_flags & PF_W) != 0) data = &segment;
  }
  ASSERT_TRUE(code != nullptr && data != nullptr);
  const auto place_at = [&](uint64_t address) {
    return places.find(symbol_of(STB_GLOBAL, STT_OBJECT, 1, address));
  };
  EXPECT_EQ(places.find(symbol_of(STB_GLOBAL, STT_FUNC, 1, raw(code->p_vaddr))),
            SymbolPlace::kCode);
  EXPECT_EQ(place_at(raw(code->p_vaddr)), SymbolPlace::kReadOnlyData);
  EXPECT_EQ(place_at(raw(data->p_vaddr)), SymbolPlace::kData);
  EXPECT_EQ(place_at(raw(data->p_vaddr) + data->p_memsz), SymbolPlace::kZeroed);
  EXPECT_EQ(place_at(UINT64_MAX), SymbolPlace::kAbsolute);
}

TEST(SymbolAddress, HasNoThumbMark) {
  const std::vector<std::byte> arm = read_file(fixture("arm").path);
  const std::vector<std::byte> other = read_file(fixture("plain").path);
  const SymbolPlaces on_arm(ElfFile::parse(arm));
  EXPECT_EQ(on_arm.address(symbol_of(STB_GLOBAL, STT_FUNC, 1, 0x101)), 0x100);
  EXPECT_EQ(on_arm.address(symbol_of(STB_GLOBAL, STT_OBJECT, 1, 0x101)), 0x101);
  EXPECT_EQ(SymbolPlaces(ElfFile::parse(other)).address(symbol_of(STB_GLOBAL, STT_FUNC, 1, 0x101)),
            0x101);
}

}  // namespace
}  // namespace elfwheel::test
