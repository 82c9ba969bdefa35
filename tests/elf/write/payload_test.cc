// Data behind the ELF file that a program finds through its own headers.

#include <gtest/gtest.h>

#include "elf/judges/fixtures.h"
#include "elf/judges/peers.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::test {
namespace {

using Image = std::vector<std::byte>;

TEST(Payload, FoundThroughTheSectionHeaderTableIsFoundAfterwards) {
  const Fixture& payload = fixture("payload");
  const TemporaryDirectory directory;
  const std::string path = directory.file("edited");
  Image image = read_file(payload.path);
  const std::string last(Bytes(image).text().substr(image.size() - 15));
  ASSERT_EQ(last, "the payload\n42\n");
  for (const EditCase& wanted : edit_cases(payload)) {
    SCOPED_TRACE(wanted.name);
    elf::Edits edits = wanted.edits;
    edits.no_default_lib = false;  // for good, and the other edits' rpaths lead to no C library
    image = edit(image, edits);
    write_file(path, image);
    EXPECT_EQ(run_fixture(payload, path, true).out, "42\n");
    EXPECT_EQ(Bytes(image).text().substr(image.size() - 15), last);
  }
}

// What this test looks for is there to be found in what another tool writes.
TEST(Payload, IsLostByPatchelf) {
  const Fixture& payload = fixture("payload");
  const TemporaryDirectory directory;
  const std::string path = directory.file("peer");
  run_patchelf({"--set-rpath", *long_rpath(payload).rpath}, payload.path, path);
  EXPECT_NE(run_fixture(payload, path, true).out, "42\n");
}

}  // namespace
}  // namespace elfwheel::test
