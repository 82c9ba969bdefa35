// Go's own linker puts the section header table right behind the program header table: where an
// edit needs room for one more program header.

#include <gtest/gtest.h>

#include "elf/judges/fixtures.h"
#include "elf/judges/unchanged.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::test {
namespace {

using elf::ElfFile;
using Image = std::vector<std::byte>;

TEST(GoProgram, KeepsItsSectionHeadersAndTheProgramHeadersTheirPlace) {
  const Fixture& go = fixture("go_net");
  const Image original = read_file(go.path);
  const ElfFile before = ElfFile::parse(original);
  const elf::Header& header = before.header();
  ASSERT_EQ(raw(header.e_shoff), raw(header.e_phoff) + header.e_phnum * header.e_phentsize)
      << "Go's linker lays programs out in another way now";
  const TemporaryDirectory directory;
  for (const EditCase& wanted : edit_cases(go)) {
    SCOPED_TRACE(wanted.name);
    const Image image = edit(original, wanted.edits);
    const ElfFile after = ElfFile::parse(image);
    EXPECT_EQ(after.header().e_phoff, header.e_phoff);
    EXPECT_EQ(unwanted_changes(before, after, wanted.edits), Lines{});
    write_file(directory.file("edited"), image);
    EXPECT_EQ(run_fixture(go, directory.file("edited"), true).out, "42\n");
  }
}

}  // namespace
}  // namespace elfwheel::test
