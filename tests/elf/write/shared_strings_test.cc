// Linkers store a string once that several tables use. An rpath that shares its bytes with what
// the loader reads for something else must not take it along when it changes.

#include <gtest/gtest.h>

#include "elf/judges/fixtures.h"
#include "elf/judges/peers.h"
#include "elf/judges/readelf.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::test {
namespace {

using elf::Edits;
using elf::ElfFile;
using Image = std::vector<std::byte>;

std::vector<Edits> rpath_edits() {
  std::vector<Edits> result;
  for (const char* value :
       {"", "x", "$ORIGIN/a/path/longer/than/any/that/the/linker/has/written"}) {
    Edits edits;
    edits.rpath = value;
    result.push_back(edits);
  }
  return result;
}

void expect_filtee_kept(const char* name, uint64_t tag, const std::string& filtee) {
  const Fixture& shared = fixture(name);
  const Image original = read_file(shared.path);
  const ElfFile before = ElfFile::parse(original);
  ASSERT_EQ(before.find_dynamic(tag), before.find_dynamic(elf::DT_RUNPATH))
      << "the linker did not share the string";
  const TemporaryDirectory directory;
  for (const Edits& edits : rpath_edits()) {
    const Image image = edit(original, edits);
    EXPECT_EQ(ElfFile::parse(image).string_of(tag), filtee) << *edits.rpath;
    write_file(directory.file("edited.so"), image);
    EXPECT_EQ(run_fixture(shared, directory.file("edited.so"), true).out, "42\n");
  }
}

TEST(AuxiliaryLibrary, ThatSharesTheRpathsStringIsKept) {
  expect_filtee_kept("shared_auxiliary", elf::DT_AUXILIARY, "/opt/fixture/filtee.so");
}

TEST(FilteredLibrary, ThatSharesTheRpathsStringIsKept) {
  expect_filtee_kept("shared_filter", elf::DT_FILTER, "libextra.so");
}

TEST(NeededVersion, ThatSharesTheRpathsStringIsKept) {
  const Fixture& shared = fixture("shared_version");
  const Image original = read_file(shared.path);
  const std::string strings(ElfFile::parse(original).dynamic_strings().text());
  ASSERT_EQ(strings.find("BASE_1.0"), strings.rfind("BASE_1.0"))
      << "the linker did not share the string";
  const TemporaryDirectory directory;
  for (const Edits& edits : rpath_edits()) {
    const Image image = edit(original, edits);
    EXPECT_EQ(version_lines(ElfFile::parse(image)), version_lines(ElfFile::parse(original)));
    write_file(directory.file("edited.so"), image);
    EXPECT_EQ(run_fixture(shared, directory.file("edited.so"), true).out, "42\n");
  }
}

// What these tests look for is there to be found in what another tool writes.
TEST(SharedString, IsLostByPatchelf) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("peer.so");
  run_patchelf({"--set-rpath", "/x"}, fixture("shared_auxiliary").path, path);
  const Image image = read_file(path);
  EXPECT_NE(ElfFile::parse(image).string_of(elf::DT_AUXILIARY), "/opt/fixture/filtee.so");
}

TEST(RemovedRpath, StaysReadableByPatchelf) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("peer.so");
  run_patchelf({"--remove-rpath"}, fixture("plain").path, path);
  const Image image = read_file(path);
  EXPECT_NE(Bytes(image).text().find("/opt/fixture/lib"), std::string_view::npos);
}

}  // namespace
}  // namespace elfwheel::test
