// A dynamic entry whose value counts from the entry's own address: DT_MIPS_RLD_MAP_REL.

#include <gtest/gtest.h>

#include "elf/write/edit_cases.h"
#include "elfwheel/elf/edit.h"
#include "support/elf_builder.h"

namespace elfwheel::test {
namespace {

using elf::ElfFile;

constexpr uint64_t kRldMapRel = 0x70000035;

uint64_t rld_map(const ElfFile& file) {
  for (size_t i = 0; i < file.dynamic().size(); ++i)
    if (file.dynamic()[i].tag == kRldMapRel)
      return raw(file.dynamic_address()) + i * (file.is_64() ? 16 : 8) + file.dynamic()[i].value;
  return 0;
}

TEST(RelativeEntry, KeepsItsTargetWhereverItMoves) {
  for (const elf::ElfClass elf_class : {elf::ElfClass::kElf32, elf::ElfClass::kElf64})
    for (const size_t spare : {0u, 3u}) {
      ElfSpec spec;
      spec.elf_class = elf_class;
      spec.byte_order = elf::ByteOrder::kBig;
      spec.machine = elf::EM_MIPS;
      spec.needed = {"libc.so.6"};
      spec.spare_entries = spare;
      spec.payload = std::string(64, 'p');
      spec.entries = {{kRldMapRel, 0x20}};
      const std::vector<std::byte> original = build_elf(spec);
      const uint64_t target = rld_map(ElfFile::parse(original));
      ASSERT_NE(target, 0u);
      elf::Edits edits;
      edits.add_needed = {"libfirst.so"};
      edits.rpath = "$ORIGIN";
      const std::vector<std::byte> image = edit(original, edits);
      const ElfFile after = ElfFile::parse(image);
      EXPECT_EQ(static_cast<uint32_t>(rld_map(after)), static_cast<uint32_t>(target));
      EXPECT_NE(after.find_dynamic(kRldMapRel), uint64_t{0x20});
      EXPECT_EQ(edit(image, edits), image);
    }
}

}  // namespace
}  // namespace elfwheel::test
