// Programs that are linked statically: nothing to print, nothing to edit but what the kernel reads.

#include <gtest/gtest.h>

#include "elf/judges/fixtures.h"
#include "elf/judges/peers.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::test {
namespace {

using elf::Edits;
using elf::ElfFile;
using Image = std::vector<std::byte>;

std::vector<Edits> edits_for_the_loader() {
  std::vector<Edits> result(9);
  result[0].rpath = "$ORIGIN";
  result[1].add_needed = {"libextra.so"};
  result[2].replace_needed = {{"libbase.so", "libanother.so"}};
  result[3].remove_needed = {"libbase.so"};
  result[4].interpreter = "/lib64/ld-linux-x86-64.so.2";
  result[5].no_default_lib = true;
  result[6].debug_tag = true;
  result[7].soname = "libprogram.so";
  result[8].rename_symbols = {{"main", "other"}};
  return result;
}

std::string refusal(const Image& image, const Edits& edits) {
  try {
    elf::edit_in_memory(image, edits);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
    return error.what();
  }
  return "no error";
}

class StaticallyLinked : public testing::TestWithParam<Fixture> {
 protected:
  const Image original_ = read_file(GetParam().path);
};

TEST_P(StaticallyLinked, NamesNoLibraryAndNoLoader) {
  const Facts facts = facts_of(ElfFile::parse(original_));
  EXPECT_EQ(facts.needed, std::vector<std::string>{});
  EXPECT_EQ(facts.soname, std::nullopt);
  EXPECT_EQ(facts.rpath, std::nullopt);
  EXPECT_EQ(facts.runpath, std::nullopt);
  EXPECT_EQ(facts.interp, std::nullopt);
  EXPECT_EQ(facts.exec_stack, false);
}

TEST_P(StaticallyLinked, IsRefusedWhatOnlyALoaderWouldRead) {
  const char* const reason =
      ElfFile::parse(original_).has_dynamic()
          ? "static PIE: a statically linked program loads no libraries"
          : "no dynamic section: a statically linked program loads no libraries";
  for (const Edits& edits : edits_for_the_loader()) EXPECT_EQ(refusal(original_, edits), reason);
}

TEST_P(StaticallyLinked, RunsWithAnotherStackFlagAndOsAbi) {
  Edits edits;
  edits.exec_stack = true;
  edits.os_abi = uint8_t{3};
  const Image image = edit(original_, edits);
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(elf::wants_exec_stack(file), true);
  EXPECT_EQ(file.header().os_abi, 3);
  EXPECT_EQ(image.size(), original_.size());
  const TemporaryDirectory directory;
  write_file(directory.file("edited"), image);
  EXPECT_EQ(run_fixture(GetParam(), directory.file("edited"), false).out, "42\n");
  edits.exec_stack = false;
  edits.os_abi = ElfFile::parse(original_).header().os_abi;
  EXPECT_EQ(edit(image, edits), original_);
}

INSTANTIATE_TEST_SUITE_P(Writer, StaticallyLinked, testing::ValuesIn(fixtures_of({"static"})),
                         [](const auto& test) { return test.param.name; });

TEST(StaticPie, IsBrokenByPatchelf) {
  const TemporaryDirectory directory;
  const Fixture& pie = fixture("static_pie");
  const std::string path = directory.file("peer");
  run_patchelf({"--set-rpath", *long_rpath(pie).rpath}, pie.path, path);
  EXPECT_NE(run_fixture(pie, path, false).out, "42\n");
}

}  // namespace
}  // namespace elfwheel::test
