// What an edit leaves behind and what it costs where segments are aligned to large pages.

#include <gtest/gtest.h>

#include <algorithm>

#include "elf/judges/fixtures.h"
#include "elf/judges/peers.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::test {
namespace {

using elf::Edits;
using elf::ElfFile;
using Image = std::vector<std::byte>;

Edits rpath(std::string value) {
  Edits edits;
  edits.rpath = std::move(value);
  return edits;
}

// Bytes of [begin, end) that are neither zero nor of the program header table.
size_t left_behind(const Image& image, uint64_t begin, uint64_t end) {
  const ElfFile file = ElfFile::parse(image);
  const elf::Header& header = file.header();
  const uint64_t table = raw(header.e_phoff);
  const uint64_t table_end = table + uint64_t{header.e_phnum} * header.e_phentsize;
  size_t count = 0;
  for (uint64_t at = begin; at < std::min<uint64_t>(end, image.size()); ++at)
    if ((at < table || at >= table_end) && image[at] != std::byte{0}) ++count;
  return count;
}

TEST(OldPlace, OfWhatMovedIsZero) {
  size_t moved = 0;
  for (const Fixture& each : fixtures_of({"library", "program"})) {
    SCOPED_TRACE(each.name);
    const Image original = read_file(each.path);
    const ElfFile before = ElfFile::parse(original);
    for (const Edits& edits : {long_rpath(each), all_at_once(each)}) {
      const Image image = edit(original, edits);
      const ElfFile after = ElfFile::parse(image);
      const auto old_sections = before.sections();
      const auto new_sections = after.sections();
      ASSERT_EQ(old_sections.size(), new_sections.size());
      for (size_t i = 0; i < old_sections.size(); ++i) {
        const elf::Section& section = old_sections[i];
        if ((section.sh_flags & elf::SHF_ALLOC) == 0 || section.sh_type == elf::SHT_NOBITS ||
            section.sh_offset == new_sections[i].sh_offset)
          continue;
        ++moved;
        const uint64_t begin = raw(section.sh_offset);
        EXPECT_EQ(left_behind(image, begin, begin + section.sh_size), 0u) << section.name;
      }
      // The string table of a file without section headers.
      const auto old_strings =
          before.addresses().find_offset(elf::Vaddr{*before.find_dynamic(elf::DT_STRTAB)});
      ASSERT_TRUE(old_strings);
      if (before.find_dynamic(elf::DT_STRTAB) == after.find_dynamic(elf::DT_STRTAB)) continue;
      const uint64_t begin = raw(*old_strings);
      EXPECT_EQ(left_behind(image, begin, begin + before.dynamic_strings().size()), 0u);
    }
  }
  EXPECT_GT(moved, 100u);
}

TEST(RemovedRpath, GivesItsSpaceBack) {
  constexpr size_t kLength = 5000;
  for (const Fixture& each : fixtures_of({"library", "program"})) {
    SCOPED_TRACE(each.name);
    const Image original = read_file(each.path);
    const Image with = edit(original, rpath(std::string(kLength, 'r')));
    const Image without = edit(with, rpath(""));
    EXPECT_LE(without.size() + kLength, with.size() + 16);
    EXPECT_EQ(edit(without, rpath(std::string(kLength, 'r'))).size(), with.size());
  }
}

// The zeros that a removed string leaves are room for the next one.
TEST(RemovedRpath, LeavesRoomForTheNextOne) {
  size_t had_one = 0;
  for (const Fixture& each : fixtures_of({"library", "program"})) {
    SCOPED_TRACE(each.name);
    const Image original = read_file(each.path);
    const ElfFile file = ElfFile::parse(original);
    const std::optional<std::string_view> old = file.runpath() ? file.runpath() : file.rpath();
    if (!old || old->empty()) continue;
    ++had_one;
    const Image without = edit(original, rpath(""));
    EXPECT_EQ(edit(without, rpath(std::string(*old))).size(), original.size());
    // As long as the bytes were its own: linkers let strings share their tails.
    EXPECT_EQ(edit(without, rpath("x")).size(), edit(original, rpath("x")).size());
  }
  EXPECT_GT(had_one, 10u);
}

TEST(NeededLibrary, ThatIsRemovedAndAddedAgainKeepsItsString) {
  for (const Fixture& each : fixtures_of({"library", "program"})) {
    SCOPED_TRACE(each.name);
    const Image original = read_file(each.path);
    Edits edits;
    edits.add_needed = {"liboneofthetwo.so"};
    const Image with = edit(original, edits);
    edits.remove_needed = edits.add_needed;
    EXPECT_EQ(edit(with, edits), with);
  }
}

// The loader wants offset and address of a segment congruent modulo its alignment; the address
// space, not the file, pays for that.
TEST(LargePages, CostTheFileNothing) {
  const TemporaryDirectory directory;
  for (const char* name : {"pages_64k", "pages_2m", "aarch64", "pie_aarch64"}) {
    SCOPED_TRACE(name);
    const Fixture& each = fixture(name);
    const Image original = read_file(each.path);
    Image image = original;
    for (const EditCase& wanted : edit_cases(each)) {
      image = edit(image, wanted.edits);
      EXPECT_LE(image.size(), original.size() + 4096) << wanted.name;
    }
  }
  const std::string path = directory.file("peer.so");
  const std::string two_megabytes = fixture("pages_2m").path;
  run_patchelf({"--set-rpath", *long_rpath(fixture("pages_2m")).rpath}, two_megabytes, path);
  EXPECT_GT(read_file(path).size(), read_file(two_megabytes).size() + (1u << 20))
      << "patchelf pads no more: this test may not notice it either";
}

std::vector<uint64_t> alignments(const Image& image) {
  std::vector<uint64_t> result;
  const ElfFile file = ElfFile::parse(image);
  for (const elf::Segment& segment : file.segments()) {
    if (segment.p_type != elf::PT_LOAD) continue;
    EXPECT_EQ((raw(segment.p_vaddr) - raw(segment.p_offset)) % segment.p_align, 0u);
    result.push_back(segment.p_align);
  }
  return result;
}

TEST(SegmentAlignment, IsKeptAndTakenOverByWhatIsAdded) {
  for (const auto& [name, page] : {std::pair{"plain", 0x1000u},
                                   {"pages_64k", 0x10000u},
                                   {"pages_2m", 0x200000u},
                                   {"aarch64", 0x10000u}}) {
    SCOPED_TRACE(name);
    const Image original = read_file(fixture(name).path);
    const auto before = alignments(original);
    auto wanted = before;
    EXPECT_EQ(*std::max_element(before.begin(), before.end()), page);
    wanted.push_back(page);
    EXPECT_EQ(alignments(edit(original, long_rpath(fixture(name)))), wanted);
  }
}

TEST(SegmentAlignment, IsTheWantedOneOfWhatIsAddedOnly) {
  const Fixture& plain = fixture("plain");
  const Image original = read_file(plain.path);
  Edits edits = long_rpath(plain);
  edits.page_size = 0x10000;
  auto wanted = alignments(original);
  wanted.push_back(0x10000);
  const Image image = edit(original, edits);
  EXPECT_EQ(alignments(image), wanted);
  const TemporaryDirectory directory;
  write_file(directory.file("edited.so"), image);
  EXPECT_EQ(run_fixture(plain, directory.file("edited.so"), false).out, "42\n");
}

}  // namespace
}  // namespace elfwheel::test
