// The note for NixOS's ld.so: added, replaced and dropped, with and without section headers.

#include <gtest/gtest.h>

#include <algorithm>

#include "elf/judges/fixtures.h"
#include "elf/judges/tools.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/elf/edit.h"
#include "elfwheel/elf/notes.h"

namespace elfwheel::test {
namespace {

using elf::Edits;
using elf::ElfFile;
using Image = std::vector<std::byte>;

Edits cache(std::string_view description) {
  Edits edits;
  const Bytes bytes(description);
  edits.resolution_cache = std::vector<std::byte>(bytes.data(), bytes.data() + bytes.size());
  return edits;
}

// Descriptions of the notes with owner NixOS.
std::vector<std::string> caches(const Image& image) {
  std::vector<std::string> result;
  const ElfFile file = ElfFile::parse(image);
  for (const elf::Note& note : elf::read_notes(file))
    if (note.owner == "NixOS") result.emplace_back(note.description.text());
  return result;
}

size_t other_notes(const Image& image) {
  return elf::read_notes(ElfFile::parse(image)).size() - caches(image).size();
}

// eu-elflint knows no note of this owner.
Lines lint_without_note(const std::string& path) {
  Lines lines = lint(path);
  std::erase_if(lines, [](const std::string& line) {
    return line.find("with owner name 'NixOS'") != std::string::npos;
  });
  return lines;
}

class ResolutionCache : public testing::TestWithParam<Fixture> {
 protected:
  void expect_sound(const Image& image) {
    const std::string path = directory_.file("edited");
    write_file(path, image);
    EXPECT_EQ(run_fixture(GetParam(), path, true).out, "42\n");
    EXPECT_EQ(new_lines(lint(GetParam().path), lint_without_note(path)), Lines{});
    EXPECT_EQ(new_lines(readelf_warnings(GetParam().path), readelf_warnings(path)), Lines{});
    EXPECT_EQ(other_notes(image), other_notes(original_));
    if (GetParam().name.find("zip_behind") == std::string::npos) return;
    // What is appended stays the last bytes.
    ASSERT_GT(image.size(), original_.size());
    EXPECT_TRUE(std::equal(original_.end() - 64, original_.end(), image.end() - 64));
  }

  const Image original_ = read_file(GetParam().path);
  TemporaryDirectory directory_;
};

TEST_P(ResolutionCache, IsAddedReplacedAndDropped) {
  const Image with = edit(original_, cache("libbase.so=/opt/libbase.so"));
  EXPECT_EQ(caches(with), std::vector<std::string>{"libbase.so=/opt/libbase.so"});
  expect_sound(with);
  const std::string longer(500, 'x');
  const Image replaced = edit(with, cache(longer));
  EXPECT_EQ(caches(replaced), std::vector<std::string>{longer});
  expect_sound(replaced);
  EXPECT_EQ(edit(replaced, cache(longer)), replaced);
  const Image dropped = edit(replaced, cache(""));
  EXPECT_EQ(caches(dropped), std::vector<std::string>{});
  EXPECT_EQ(std::string(Bytes(dropped).text()).find(longer), std::string::npos);
  expect_sound(dropped);
  EXPECT_EQ(edit(dropped, cache("")), dropped);
  const Image again = edit(dropped, cache(longer));
  EXPECT_EQ(caches(again), std::vector<std::string>{longer});
  expect_sound(again);
  EXPECT_LE(again.size(), replaced.size());
}

TEST_P(ResolutionCache, GoesWithTheLibrariesThatItIsAbout) {
  const Image with = edit(original_, cache("libbase.so=/opt/libbase.so"));
  Edits rpath;
  rpath.rpath = "$ORIGIN/elsewhere";
  Edits needed;
  needed.add_needed = {"libextra.so"};
  Edits other;
  other.replace_needed = {{"libbase.so", "libanother.so"}};
  for (const Edits& edits : {rpath, needed, other}) {
    const Image image = edit(with, edits);
    EXPECT_EQ(caches(image), std::vector<std::string>{});
    expect_sound(image);
  }
  Edits absent;
  absent.remove_needed = {"libabsent.so"};
  absent.os_abi = uint8_t{3};
  EXPECT_EQ(caches(edit(with, absent)).size(), 1u);
}

TEST_P(ResolutionCache, IsWrittenTogetherWithWhatMakesItNew) {
  Edits edits = cache("libanother.so=/opt/libanother.so");
  edits.rpath = "$ORIGIN/elsewhere";
  edits.replace_needed = {{"libbase.so", "libanother.so"}};
  const Image image = edit(original_, edits);
  EXPECT_EQ(caches(image).size(), 1u);
  expect_sound(image);
}

std::vector<Fixture> some_fixtures() {
  std::vector<Fixture> result;
  for (const char* name : {"plain", "pie", "fixed", "no_sections", "zip_behind", "pie_zip_behind",
                           "lld", "pie_gold", "musl", "arm", "s390x", "pages_64k"})
    result.push_back(fixture(name));
  return result;
}

INSTANTIATE_TEST_SUITE_P(Writer, ResolutionCache, testing::ValuesIn(some_fixtures()),
                         [](const auto& test) { return test.param.name; });

TEST(ResolutionCacheSection, HasItsNameAndIsStrippedWithoutLoss) {
  const Fixture& pie = fixture("pie");
  const TemporaryDirectory directory;
  const std::string path = directory.file("edited");
  for (const Stripper& stripper : strippers("glibc")) {
    SCOPED_TRACE(stripper.name);
    write_file(path, edit(read_file(pie.path), cache("libbase.so=/opt/libbase.so")));
    EXPECT_NE(run_ok({"readelf", "-SW", path}).find(".note.nixos.ldcache NOTE"), std::string::npos);
    std::string message;
    ASSERT_TRUE(apply_stripper(stripper, path, message)) << message;
    EXPECT_EQ(caches(read_file(path)).size(), 1u);
    EXPECT_EQ(run_fixture(pie, path, true).out, "42\n");
  }
}

}  // namespace
}  // namespace elfwheel::test
