// The numbers are those of <elf.h>, whose names clash with elf/constants.h.
#include "loader/relocation_class.h"

#include <gtest/gtest.h>

#include "elfwheel/base/error.h"

namespace elfwheel::loader {
namespace {

constexpr uint16_t kX86_64 = 62;
constexpr uint16_t kAarch64 = 183;

TEST(RelocationClass, OfX86_64) {
  EXPECT_EQ(relocation_class(kX86_64, 0), RelocationClass::kNone);
  EXPECT_EQ(relocation_class(kX86_64, 1), RelocationClass::kPlain);  // R_X86_64_64
  EXPECT_EQ(relocation_class(kX86_64, 5), RelocationClass::kCopy);   // R_X86_64_COPY
  EXPECT_EQ(relocation_class(kX86_64, 6), RelocationClass::kPlain);  // R_X86_64_GLOB_DAT
  EXPECT_EQ(relocation_class(kX86_64, 7), RelocationClass::kPlt);    // R_X86_64_JUMP_SLOT
  EXPECT_EQ(relocation_class(kX86_64, 16), RelocationClass::kPlt);   // R_X86_64_DTPMOD64
  EXPECT_EQ(relocation_class(kX86_64, 36), RelocationClass::kPlt);   // R_X86_64_TLSDESC
}

TEST(RelocationClass, GoesByTheMachine) {
  EXPECT_EQ(relocation_class(kAarch64, 5), RelocationClass::kPlain);
  EXPECT_EQ(relocation_class(kAarch64, 1024), RelocationClass::kCopy);  // R_AARCH64_COPY
  EXPECT_EQ(relocation_class(kAarch64, 1026), RelocationClass::kPlt);   // R_AARCH64_JUMP_SLOT
}

TEST(RelocationClass, OfAnUnknownMachineIsNotGuessed) {
  EXPECT_THROW(relocation_class(0x1234, 7), Error);
}

}  // namespace
}  // namespace elfwheel::loader
