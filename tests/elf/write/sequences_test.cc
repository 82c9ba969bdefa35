// What edits cost and leave behind: sizes, repeated and alternating edits, appended data, strings
// that are gone, files as they are on disk.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "elf/judges/fixtures.h"
#include "elf/judges/tools.h"
#include "elf/judges/unchanged.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/elf/edit.h"
#include "elfwheel/elf/symbols.h"
#include "support/elf_builder.h"

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

std::string text_of(const Image& image) { return std::string(Bytes(image).text()); }

class EditSequence : public testing::TestWithParam<Fixture> {
 protected:
  const Fixture& fixture() const { return GetParam(); }
  const Image original_ = read_file(GetParam().path);
};

TEST_P(EditSequence, WithNothingToChangeChangesNothing) {
  const ElfFile file = ElfFile::parse(original_);
  EXPECT_FALSE(elf::apply_edits(file, Edits{}).changed);

  Edits same = rpath(std::string(file.runpath().value_or(file.rpath().value_or(""))));
  for (const std::string_view name : file.needed()) same.add_needed.emplace_back(name);
  same.replace_needed = {{"libabsent.so", "libother.so"}};
  same.remove_needed = {"libabsent.so"};
  if (file.soname()) same.soname = std::string(*file.soname());
  const elf::Rewrite rewrite = elf::apply_edits(file, same);
  EXPECT_FALSE(rewrite.changed);
  EXPECT_TRUE(rewrite.overwrites.empty());
  EXPECT_EQ(rewrite.size, original_.size());
}

TEST_P(EditSequence, GrowsByWhatMovesAndAtMostFourKilobytes) {
  const Image image = edit(original_, long_rpath(fixture()));
  const uint64_t moved = moved_bytes(ElfFile::parse(original_), ElfFile::parse(image));
  EXPECT_LE(image.size(), original_.size() + moved + 4096);
}

TEST_P(EditSequence, OfTheSameEditTwiceGivesTheSameBytes) {
  for (const EditCase& wanted : edit_cases(fixture())) {
    SCOPED_TRACE(wanted.name);
    const Image once = edit(original_, wanted.edits);
    EXPECT_EQ(edit(original_, wanted.edits), once);
    elf::Edits again = wanted.edits;
    again.rename_symbols.clear();  // names that are swapped again are the old ones
    EXPECT_FALSE(elf::apply_edits(ElfFile::parse(once), again).changed);
  }
}

TEST_P(EditSequence, EndsAtTheSizeOfItsLastEdit) {
  const Edits a = long_rpath(fixture());
  const Edits b = rpath(std::string(700, 'b'));
  const Image with_b = edit(original_, b);
  const Image by_way_of_a = edit(edit(original_, a), b);
  EXPECT_EQ(by_way_of_a.size(), with_b.size());
  EXPECT_EQ(edit(edit(by_way_of_a, a), b), by_way_of_a);
}

TEST_P(EditSequence, OfAHundredEditsCostsWhatTheLongestCosts) {
  const Edits longest = rpath(std::string(900, 'l'));
  const size_t limit = edit(original_, longest).size();
  Image image = original_;
  for (int i = 0; i < 100; ++i)
    image = edit(image, i % 2 == 0 ? longest : rpath("$ORIGIN/" + std::to_string(i)));
  image = edit(image, longest);
  EXPECT_LE(image.size(), limit);

  const ElfFile before = ElfFile::parse(original_);
  const ElfFile after = ElfFile::parse(image);
  EXPECT_EQ(facts_of(after), edited(facts_of(before), longest));
  EXPECT_EQ(unwanted_changes(before, after), Lines{});
  const TemporaryDirectory directory;
  write_file(directory.file("edited"), image);
  EXPECT_EQ(run_fixture(fixture(), directory.file("edited"), true).out, "42\n");
  EXPECT_EQ(new_lines(lint(fixture().path), lint(directory.file("edited"))), Lines{});
}

TEST_P(EditSequence, OfEveryKindEndsWithTheFactsOfAll) {
  Image image = original_;
  Facts wanted = facts_of(ElfFile::parse(original_));
  for (const EditCase& step : edit_cases(fixture())) {
    // A second swap would undo the first; and not every rpath leads to the C library.
    elf::Edits edits = step.edits;
    edits.rename_symbols.clear();
    edits.no_default_lib = false;
    image = edit(image, edits);
    wanted = edited(wanted, edits);
    ASSERT_EQ(facts_of(ElfFile::parse(image)), wanted) << step.name;
  }
  Edits all = all_at_once(fixture());
  all.rename_symbols.clear();
  all.no_default_lib = false;
  // A dynamic section that once had to move stays, though entries may have gone since.
  Lines changes = unwanted_changes(ElfFile::parse(original_), ElfFile::parse(image), all);
  std::erase(changes, "the dynamic section moved without need");
  EXPECT_EQ(changes, Lines{});
  const TemporaryDirectory directory;
  write_file(directory.file("edited"), image);
  EXPECT_EQ(run_fixture(fixture(), directory.file("edited"), true).out, "42\n");
}

TEST_P(EditSequence, LeavesNoReplacedStringReadable) {
  const std::string secret = "/opt/build-machine/with/a/name/that/is/nobodys/business";
  const Image with_secret = edit(original_, rpath(secret));
  ASSERT_NE(text_of(with_secret).find(secret), std::string::npos);
  for (const char* next : {"", "$ORIGIN"})
    EXPECT_EQ(text_of(edit(with_secret, rpath(next))).find("nobodys"), std::string::npos)
        << "after the rpath " << next;
  if (text_of(original_).find("/opt/fixture/lib") == std::string::npos) return;
  EXPECT_EQ(text_of(edit(original_, rpath(""))).find("/opt/fixture"), std::string::npos);
  EXPECT_EQ(text_of(edit(original_, long_rpath(fixture()))).find("/opt/fixture"),
            std::string::npos);
}

TEST_P(EditSequence, SwitchesTheTagOfAnRpath) {
  Edits edits = rpath("$ORIGIN");
  edits.rpath_tag = elf::RpathTag::kRpath;
  const Image as_rpath = edit(original_, edits);
  EXPECT_EQ(ElfFile::parse(as_rpath).rpath(), "$ORIGIN");
  EXPECT_EQ(ElfFile::parse(as_rpath).runpath(), std::nullopt);
  edits.rpath_tag = elf::RpathTag::kRunpath;
  const Image as_runpath = edit(as_rpath, edits);
  EXPECT_EQ(ElfFile::parse(as_runpath).rpath(), std::nullopt);
  EXPECT_EQ(ElfFile::parse(as_runpath).runpath(), "$ORIGIN");
  EXPECT_EQ(as_runpath.size(), as_rpath.size());
}

INSTANTIATE_TEST_SUITE_P(Writer, EditSequence,
                         testing::ValuesIn(fixtures_of({"library", "program"})),
                         [](const auto& test) { return test.param.name; });

TEST(AppendedArchive, StaysTheLastBytesOfTheFile) {
  for (const char* name : {"zip_behind", "pie_zip_behind"}) {
    const Fixture& with_zip = fixture(name);
    const Image original = read_file(with_zip.path);
    const size_t plain = read_file(fixture(name[0] == 'z' ? "plain" : "pie").path).size();
    const std::string archive = text_of(original).substr(plain);
    ASSERT_EQ(archive.substr(0, 4), std::string("PK\x03\x04"));
    Image image = original;
    for (const EditCase& wanted : edit_cases(with_zip)) {
      image = edit(image, wanted.edits);
      const std::string text = text_of(image);
      ASSERT_GE(text.size(), archive.size());
      EXPECT_EQ(text.substr(text.size() - archive.size()), archive) << wanted.name;
    }
    const TemporaryDirectory directory;
    write_file(directory.file("edited.zip"), image);
    EXPECT_EQ(run_ok({"python3", "-m", "zipfile", "-t", directory.file("edited.zip")}),
              "Done testing\n");
  }
}

// The rpath is the tail of a symbol's name; overwriting it in place would rename the symbol.
TEST(SharedStringTail, IsNotOverwritten) {
  const Fixture& tail = fixture("shared_tail");
  const Image original = read_file(tail.path);
  const std::string rpath_text = std::string(ElfFile::parse(original).runpath().value_or(""));
  ASSERT_EQ(rpath_text, "tail_of_a_symbol");
  const size_t first = text_of(original).find(std::string("_") + rpath_text);
  ASSERT_NE(first, std::string::npos) << "the linker did not share the tail";
  for (const char* next : {"", "x", "a_longer_path_than_the_one_before"}) {
    const Image image = edit(original, rpath(next));
    EXPECT_EQ(symbol_lines(ElfFile::parse(image)), symbol_lines(ElfFile::parse(original))) << next;
  }
}

TEST(EditedLibrary, KeepsItsLineNumbers) {
  const Fixture& debug = fixture("debug");
  const Image original = read_file(debug.path);
  const TemporaryDirectory directory;
  const std::string edited_path = directory.file("edited.so");
  write_file(edited_path, edit(original, long_rpath(debug)));
  const std::string debug_path = directory.file("edited.debug");
  run_ok({"objcopy", "--only-keep-debug", edited_path, debug_path});
  size_t functions = 0;
  for (const elf::DynamicSymbol& symbol : elf::read_dynamic_symbols(ElfFile::parse(original))) {
    if (symbol.type != elf::STT_FUNC || !symbol.is_defined()) continue;
    ++functions;
    const std::string address = fmt::format("{:#x}", symbol.value);
    const std::string wanted = run_ok({"addr2line", "-f", "-e", debug.path, address});
    EXPECT_NE(wanted.find("answer.c:"), std::string::npos);
    EXPECT_EQ(run_ok({"addr2line", "-f", "-e", edited_path, address}), wanted);
    EXPECT_EQ(run_ok({"addr2line", "-f", "-e", debug_path, address}), wanted);
  }
  EXPECT_GE(functions, 1u);
}

TEST(LibrarySoname, IsAlsoTheNameOfItsBaseVersion) {
  const Image original = read_file(fixture("versions").path);
  Edits edits;
  edits.soname = "libversions-0123abcd.so";
  const Image image = edit(original, edits);
  const ElfFile file = ElfFile::parse(image);
  const auto versions = elf::read_version_definitions(file);
  ASSERT_EQ(versions.size(), 3u);
  EXPECT_EQ(versions[0].flags, elf::VER_FLG_BASE);
  EXPECT_EQ(versions[0].name, "libversions-0123abcd.so");
  // readelf shows the same, and LSB's ELF hash of the name beside it.
  uint32_t hash = 0;
  for (const char letter : versions[0].name) {
    hash = (hash << 4) + static_cast<unsigned char>(letter);
    const uint32_t high = hash & 0xf0000000;
    hash = (hash ^ (high >> 24)) & ~high;
  }
  EXPECT_EQ(versions[0].hash, hash);
  const TemporaryDirectory directory;
  write_file(directory.file("edited.so"), image);
  EXPECT_EQ(version_lines(file), readelf_versions(directory.file("edited.so")));
}

// All four classes and byte orders, without section headers and with one writable segment.
class BuiltFile : public testing::TestWithParam<std::pair<elf::ElfClass, elf::ByteOrder>> {};

TEST_P(BuiltFile, TakesEveryEdit) {
  ElfSpec spec;
  spec.elf_class = GetParam().first;
  spec.byte_order = GetParam().second;
  spec.machine = spec.byte_order == elf::ByteOrder::kBig ? elf::EM_PPC : elf::EM_386;
  if (spec.elf_class == elf::ElfClass::kElf64)
    spec.machine = spec.byte_order == elf::ByteOrder::kBig ? elf::EM_PPC64 : elf::EM_X86_64;
  spec.soname = "libbuilt.so";
  spec.needed = {"libbase.so", "libc.so.6"};
  spec.payload = "the last bytes of the segment";
  for (const size_t spare : {0u, 4u}) {
    spec.spare_entries = spare;
    const Image original = build_elf(spec);
    const Facts before = facts_of(ElfFile::parse(original));
    for (const EditCase& wanted : edit_cases(fixture("plain"))) {
      SCOPED_TRACE(wanted.name);
      const Image image = edit(original, wanted.edits);
      const ElfFile after = ElfFile::parse(image);
      EXPECT_EQ(facts_of(after), edited(before, wanted.edits));
      EXPECT_EQ(unwanted_changes(ElfFile::parse(original), after, wanted.edits), Lines{});
      const TemporaryDirectory directory;
      write_file(directory.file("edited.so"), image);
      EXPECT_EQ(readelf_warnings(directory.file("edited.so")), Lines{});
      EXPECT_EQ(dynamic_lines(after), readelf_dynamic(directory.file("edited.so")));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Writer, BuiltFile,
                         testing::Values(std::pair{elf::ElfClass::kElf32, elf::ByteOrder::kLittle},
                                         std::pair{elf::ElfClass::kElf32, elf::ByteOrder::kBig},
                                         std::pair{elf::ElfClass::kElf64, elf::ByteOrder::kLittle},
                                         std::pair{elf::ElfClass::kElf64, elf::ByteOrder::kBig}),
                         [](const auto& test) {
                           return std::string(test.param.first == elf::ElfClass::kElf64 ? "Elf64"
                                                                                        : "Elf32") +
                                  (test.param.second == elf::ByteOrder::kBig ? "Big" : "Little");
                         });

}  // namespace
}  // namespace elfwheel::test
