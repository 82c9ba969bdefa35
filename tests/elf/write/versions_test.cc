// Symbol versions follow the library that they name, and the tables that hold them follow what
// moves.

#include <gtest/gtest.h>

#include <algorithm>

#include "elf/judges/fixtures.h"
#include "elf/judges/peers.h"
#include "elf/judges/readelf.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/elf/edit.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::test {
namespace {

using elf::Edits;
using elf::ElfFile;
using Image = std::vector<std::byte>;

// Libraries that versions are needed of and that are not needed themselves.
std::vector<std::string> dangling(const Image& image) {
  const ElfFile file = ElfFile::parse(image);
  const auto needed = file.needed();
  std::vector<std::string> result;
  for (const elf::VersionNeed& need : elf::read_version_needs(file))
    if (std::find(needed.begin(), needed.end(), need.file) == needed.end())
      result.emplace_back(need.file);
  return result;
}

class VersionedFile : public testing::TestWithParam<Fixture> {
 protected:
  void expect_answer(const Image& image) {
    EXPECT_EQ(dangling(image), std::vector<std::string>{});
    write_file(directory_.file("edited"), image);
    const Finished finished = run_fixture(GetParam(), directory_.file("edited"), true);
    EXPECT_EQ(finished.out, "42\n") << finished.err;
  }
  const Image original_ = read_file(GetParam().path);
  TemporaryDirectory directory_;
};

TEST_P(VersionedFile, TakesItsVersionsFromTheReplacedLibrary) {
  Edits edits;
  edits.replace_needed = {{"libbase.so", "libanother.so"}};
  expect_answer(edit(original_, edits));
}

TEST_P(VersionedFile, LosesALibraryWithTheVersionsOfItsSymbols) {
  Edits edits;
  edits.add_needed = {"libanother.so"};
  edits.remove_needed = {"libbase.so"};
  edits.clear_versions = {"base_number"};
  const Image image = edit(original_, edits);
  expect_answer(image);
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(file.dynamic_strings().text().find("BASE_1.0"), std::string_view::npos);
}

// The last version takes DT_VERSYM with it, by which the loader sees that there are any.
TEST_P(VersionedFile, WithoutAnyVersionLoads) {
  Edits edits;
  const ElfFile file = ElfFile::parse(original_);
  for (const elf::DynamicSymbol& symbol : elf::read_dynamic_symbols(file))
    if (!symbol.is_defined()) edits.clear_versions.emplace_back(symbol.name);
  const Image image = edit(original_, edits);
  expect_answer(image);
  for (const NeededBy& needed : facts_of(ElfFile::parse(image)).versions)
    EXPECT_TRUE(needed.symbols.empty()) << needed.library << " " << needed.version;
}

std::vector<Fixture> versioned_fixtures() {
  std::vector<Fixture> result;
  for (const char* name : {"plain", "lld", "gold", "versions", "lld_versions", "versions_first",
                           "no_spare", "no_sections", "relr", "musl", "aarch64", "arm", "riscv64",
                           "s390x", "pie", "fixed_lld", "pie_gold"})
    result.push_back(fixture(name));
  return result;
}

INSTANTIATE_TEST_SUITE_P(Writer, VersionedFile, testing::ValuesIn(versioned_fixtures()),
                         [](const auto& test) { return test.param.name; });

TEST(VersionDefinitions, FollowTheirStringTable) {
  const TemporaryDirectory directory;
  for (const char* name : {"versions", "lld_versions", "versions_first"}) {
    SCOPED_TRACE(name);
    const Image original = read_file(fixture(name).path);
    for (const char* soname : {"lib.so", "libversions-by-a-name-much-longer-than-before.so.1"}) {
      Edits edits;
      edits.soname = soname;
      const Image image = edit(original, edits);
      const ElfFile file = ElfFile::parse(image);
      write_file(directory.file("edited.so"), image);
      EXPECT_EQ(run_fixture(fixture(name), directory.file("edited.so"), true).out, "42\n");
      EXPECT_EQ(version_lines(file), readelf_versions(directory.file("edited.so")));
      EXPECT_EQ(elf::read_version_definitions(file).front().name, soname);
      if (name == std::string("versions_first") && image.size() > original.size()) {
        EXPECT_NE(file.find_dynamic(elf::DT_VERDEF),
                  ElfFile::parse(original).find_dynamic(elf::DT_VERDEF));
      }
    }
  }
}

// What these tests look for is there to be found in what another tool writes.
TEST(VersionOfARemovedLibrary, DanglesByPatchelf) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("peer.so");
  run_patchelf({"--remove-needed", "libbase.so"}, fixture("plain").path, path);
  EXPECT_EQ(dangling(read_file(path)), std::vector<std::string>{"libbase.so"});
  EXPECT_NE(run_fixture(fixture("plain"), path, true).exit_code, 0);
}

}  // namespace
}  // namespace elfwheel::test
