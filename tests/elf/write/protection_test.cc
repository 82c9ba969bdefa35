// What the loader and the kernel protect because a file says so: memory that is read-only after
// relocation, the stack, branch targets. Seen in running processes where that is possible.

#include <gtest/gtest.h>

#include <algorithm>

#include "elf/judges/fixtures.h"
#include "elf/judges/peers.h"
#include "elf/judges/readelf.h"
#include "elf/judges/run.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::test {
namespace {

using elf::Edits;
using elf::ElfFile;
using Image = std::vector<std::byte>;

std::string tool(const std::string& name) { return ELFWHEEL_FIXTURES "/tools/" + name; }

// "dynamic section protected", one line for each place that is written to.
Lines protections(const std::string& path) {
  const Finished finished =
      run({tool("protections"), path}, {{"LD_LIBRARY_PATH", fixture("plain").dependencies()}});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  return lines_of(finished.out);
}

Edits one_more_needed() {
  Edits edits;
  edits.add_needed = {"libextra.so"};
  return edits;
}

TEST(ReadOnlyAfterRelocation, IsStillWhatItCovered) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("edited.so");
  for (const char* name : {"plain", "no_rpath", "relro_now", "gold", "lld", "lld_versions",
                           "one_spare", "one_code_segment", "pages_64k", "no_sections"}) {
    SCOPED_TRACE(name);
    const Fixture& each = fixture(name);
    const Lines before = protections(each.path);
    EXPECT_EQ(before.front(), "dynamic section protected");
    for (const Edits& edits : {long_rpath(each), one_more_needed()}) {
      write_file(path, edit(read_file(each.path), edits));
      EXPECT_EQ(protections(path), before);
    }
  }
}

// Two entries more than a full dynamic section holds: it moves, and a file has one such range.
TEST(ReadOnlyAfterRelocation, IsLostByAnOverfullDynamicSectionAlone) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("edited.so");
  Edits edits = one_more_needed();
  edits.add_needed.push_back("libanother.so");
  for (const char* name : {"lld", "no_spare"}) {
    SCOPED_TRACE(name);
    Lines wanted = protections(fixture(name).path);
    write_file(path, edit(read_file(fixture(name).path), edits));
    wanted.front() = "dynamic section writable";
    EXPECT_EQ(protections(path), wanted);
  }
}

TEST(ReadOnlyAfterRelocation, IsLostByPatchelf) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("peer.so");
  const Fixture& plain = fixture("plain");
  run_patchelf({"--add-needed", "libextra.so"}, plain.path, path);
  const Lines lines = protections(path);
  EXPECT_NE(std::find(lines.begin(), lines.end(), "dynamic section writable"), lines.end());
}

TEST(ExecutableStack, IsWhatTheKernelMaps) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("edited");
  for (const char* name : {"stack", "static_stack"}) {
    SCOPED_TRACE(name);
    const Image original = read_file(tool(name));
    ASSERT_EQ(run_ok({tool(name)}), "rw-p\n");
    Edits edits;
    edits.exec_stack = true;
    const Image with = edit(original, edits);
    write_file(path, with);
    EXPECT_EQ(run_ok({path}), "rwxp\n");
    edits.exec_stack = false;
    EXPECT_EQ(edit(with, edits), original);
  }
}

TEST(ExecutableStack, IsSaidWhereNothingWasSaid) {
  const Fixture& silent = fixture("no_stack_header");
  const Image original = read_file(silent.path);
  ASSERT_EQ(elf::wants_exec_stack(ElfFile::parse(original)), std::nullopt);
  const TemporaryDirectory directory;
  for (const bool executable : {false, true}) {
    Edits edits;
    edits.exec_stack = executable;
    const Image image = edit(original, edits);
    EXPECT_EQ(elf::wants_exec_stack(ElfFile::parse(image)), executable);
    write_file(directory.file("edited.so"), image);
    EXPECT_EQ(run_fixture(silent, directory.file("edited.so"), true).out, "42\n");
  }
}

// The bytes that PT_GNU_PROPERTY leads to.
std::string properties(const Image& image) {
  const ElfFile file = ElfFile::parse(image);
  const elf::Segment* segment = file.find_segment(elf::PT_GNU_PROPERTY);
  if (segment == nullptr) return "no PT_GNU_PROPERTY";
  const auto offset = file.addresses().find_offset(segment->p_vaddr, segment->p_filesz);
  if (offset != segment->p_offset) return "not where it is loaded";
  return std::string(file.bytes().sub(raw(*offset), segment->p_filesz, "properties").text());
}

TEST(BranchTargetProperties, AreFollowedByTheirProgramHeader) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("edited");
  for (const char* name : {"notes", "plain", "pie", "fixed", "lld", "gold"}) {
    SCOPED_TRACE(name);
    const Fixture& each = fixture(name);
    const Image original = read_file(each.path);
    const std::string before = properties(original);
    for (const EditCase& wanted : edit_cases(each)) {
      const Image image = edit(original, wanted.edits);
      EXPECT_EQ(properties(image), before) << wanted.name;
    }
    write_file(path, edit(original, all_at_once(each)));
    EXPECT_EQ(lines_of(run_ok({"readelf", "-nW", path})),
              lines_of(run_ok({"readelf", "-nW", each.path})));
  }
  EXPECT_NE(run_ok({"readelf", "-nW", fixture("notes").path}).find("IBT, SHSTK"),
            std::string::npos);
}

}  // namespace
}  // namespace elfwheel::test
