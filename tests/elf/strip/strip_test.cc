// Every fixture stripped, before the judges: binutils' strip, nm, eu-elflint, readelf, eu-unstrip,
// the loader that runs it, and our own edits before and after.

#include "elfwheel/elf/strip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "elf/judges/fixtures.h"
#include "elf/judges/peers.h"
#include "elf/judges/tools.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/base/error.h"

namespace elfwheel::test {
namespace {

using elf::ElfFile;
using elf::StripLevel;
using Image = std::vector<std::byte>;

struct Level {
  StripLevel level;
  const char* option;  // of binutils' strip
};
constexpr Level kLevels[] = {{StripLevel::kDebug, "--strip-debug"},
                             {StripLevel::kUnneeded, "--strip-unneeded"},
                             {StripLevel::kAll, "--strip-all"}};

// The stripped bytes; `original` where there is nothing to take.
Image stripped(const Image& original, StripLevel level) {
  Image image = elf::strip(ElfFile::parse(original), level);
  return image.empty() ? original : image;
}

// "name size" of the sections with a name; debug-level strips of binutils also drop the names of
// source files, so that the sizes of symbols and their names are left out, and that of names.
std::multiset<std::string> sections_of(const std::string& path) {
  const Image image = read_file(path);
  std::multiset<std::string> lines;
  for (const elf::Section& section : ElfFile::parse(image).sections()) {
    if (section.name.empty()) continue;
    const bool symbols = section.sh_type == elf::SHT_SYMTAB || section.sh_type == elf::SHT_STRTAB;
    lines.insert(section.name + " " + (symbols ? "" : std::to_string(section.sh_size)));
  }
  return lines;
}

// The content of loaded sections, by name and address.
std::map<std::string, std::string> loaded_content(const std::string& path) {
  const Image image = read_file(path);
  const ElfFile file = ElfFile::parse(image);
  std::map<std::string, std::string> content;
  for (const elf::Section& section : file.sections())
    if ((section.sh_flags & elf::SHF_ALLOC) != 0 && section.sh_type != elf::SHT_NOBITS)
      content[section.name + " at " + std::to_string(raw(section.sh_addr))] =
          file.bytes().sub(raw(section.sh_offset), section.sh_size, "section").text();
  return content;
}

// Program headers without their places in the file.
Lines segments_of(const Image& image) {
  Lines lines = segment_lines(ElfFile::parse(image));
  for (std::string& line : lines) {
    const size_t type_end = line.find(' ');
    line.erase(type_end, line.find(' ', type_end + 1) - type_end);
  }
  return lines;
}

class StrippedFixture : public testing::TestWithParam<Fixture> {
 protected:
  const Fixture& fixture() const { return GetParam(); }
  void expect_runs(const std::string& path) const {
    const Finished finished = run_fixture(fixture(), path, true);
    EXPECT_EQ(finished.out, "42\n") << "exit code " << finished.exit_code << "\n" << finished.err;
  }
  bool has_sections() const { return !ElfFile::parse(original_).sections().empty(); }

  const Image original_ = read_file(GetParam().path);
  const TemporaryDirectory directory_;
  const std::string ours_ = directory_.file("ours");
  const std::string theirs_ = directory_.file("theirs");
};

TEST_P(StrippedFixture, HasWhatBinutilsStripLeavesAndRuns) {
  if (!has_sections()) return;
  for (const Level& each : kLevels) {
    SCOPED_TRACE(each.option);
    const Image image = stripped(original_, each.level);
    write_file(ours_, image);
    write_file(theirs_, original_);
    run_ok({binutils_prefix(fixture().target) + "strip", each.option, theirs_});
    EXPECT_EQ(sections_of(ours_), sections_of(theirs_));
    EXPECT_EQ(loaded_content(ours_), loaded_content(theirs_));
    EXPECT_EQ(run({"nm", ours_}).out, run({"nm", theirs_}).out);
    EXPECT_EQ(segments_of(image), segments_of(original_));
    expect_runs(ours_);
  }
}

TEST_P(StrippedFixture, GivesEuElflintAndReadelfNoReasonThatBinutilsStripDoesNot) {
  for (const Level& each : kLevels) {
    SCOPED_TRACE(each.option);
    write_file(ours_, stripped(original_, each.level));
    write_file(theirs_, original_);
    Lines known = lint(theirs_);
    const Lines warnings = readelf_warnings(theirs_);
    if (has_sections()) run_ok({binutils_prefix(fixture().target) + "strip", each.option, theirs_});
    const Lines of_binutils = lint(theirs_);
    known.insert(known.end(), of_binutils.begin(), of_binutils.end());
    EXPECT_EQ(new_lines(known, lint(ours_)), Lines{});
    EXPECT_EQ(new_lines(warnings, readelf_warnings(ours_)), Lines{});
  }
}

TEST_P(StrippedFixture, IsLeftAloneByASecondStrip) {
  for (const Level& each : kLevels) {
    const Image image = stripped(original_, each.level);
    EXPECT_EQ(elf::strippable_bytes(ElfFile::parse(image), each.level), 0u) << each.option;
    EXPECT_EQ(elf::strip(ElfFile::parse(image), each.level), Image{}) << each.option;
  }
}

TEST_P(StrippedFixture, CanBeEditedBeforeAndAfterwards) {
  if (fixture().kind == "static") return;  // nothing of them can be edited
  for (const EditCase& wanted : edit_cases(fixture())) {
    if (wanted.edits.no_default_lib) continue;  // no C library would be found
    SCOPED_TRACE(wanted.name);
    write_file(ours_, edit(stripped(original_, StripLevel::kAll), wanted.edits));
    expect_runs(ours_);
    const Image both = stripped(edit(original_, wanted.edits), StripLevel::kAll);
    write_file(ours_, both);
    expect_runs(ours_);
    EXPECT_EQ(facts_of(ElfFile::parse(both)),
              edited(facts_of(ElfFile::parse(original_)), wanted.edits));
    // Symbols that are renamed twice may have swapped their names.
    if (wanted.edits.rename_symbols.empty()) {
      EXPECT_TRUE(edit(both, wanted.edits) == both);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, StrippedFixture,
                         testing::ValuesIn(fixtures_of({"library", "program", "static"})),
                         [](const auto& param) { return param.param.name; });

TEST(Strip, MovesTheSegmentOfAnEditUpInTheFile) {
  const Fixture& debug = fixture("debug");
  const Image original = read_file(debug.path);
  const Image before = edit(stripped(original, StripLevel::kAll), long_rpath(debug));
  const Image after = stripped(edit(original, long_rpath(debug)), StripLevel::kAll);
  EXPECT_LT(after.size(), before.size() + 4096);
  EXPECT_LT(after.size() + 1024, original.size());
}

// Which sorts section headers by place and keeps them in a segment of its own.
TEST(Strip, TakesWhatLiesBeforeASegmentOfPatchelf) {
  const Fixture& debug = fixture("debug");
  const TemporaryDirectory directory;
  const std::string path = directory.file("patched");
  run_patchelf({"--set-rpath", *long_rpath(debug).rpath}, debug.path, path);
  const Image patched = read_file(path);
  const Lines known = lint(path);
  const Image image = stripped(patched, StripLevel::kAll);
  write_file(path, image);
  EXPECT_LT(image.size(), patched.size());
  EXPECT_EQ(facts_of(ElfFile::parse(image)), facts_of(ElfFile::parse(patched)));
  EXPECT_EQ(new_lines(known, lint(path)), Lines{});
  EXPECT_EQ(run_fixture(debug, path, false).out, "42\n");
}

TEST(Strip, LeavesAPayloadTheLastBytesOfTheFile) {
  const Image original = read_file(fixture("payload").path);
  const Image image = stripped(original, StripLevel::kAll);
  EXPECT_TRUE(Bytes(image).text().ends_with("the payload\n42\n"));
}

TEST(Strip, WritesALinkThatReadelfReads) {
  const Image original = read_file(fixture("s390x").path);
  const TemporaryDirectory directory;
  const std::string path = directory.file("linked");
  const auto linked = [](const Image& image, const elf::DebugLink& link) {
    return elf::strip(ElfFile::parse(image), StripLevel::kAll, link);
  };
  write_file(path, linked(original, {"lib.so.debug", 0x12345678}));
  const std::string dump = run_ok({"readelf", "--debug-dump=links", path});
  EXPECT_NE(dump.find("Separate debug info file: lib.so.debug"), std::string::npos) << dump;
  EXPECT_NE(dump.find("CRC value: 0x12345678"), std::string::npos) << dump;
  EXPECT_EQ(lint(path), Lines{});
}

TEST(Strip, ReplacesALink) {
  const Image original = read_file(fixture("debug").path);
  const Image once =
      elf::strip(ElfFile::parse(original), StripLevel::kDebug, elf::DebugLink{"first.debug", 1});
  const Image twice =
      elf::strip(ElfFile::parse(once), StripLevel::kAll, elf::DebugLink{"second.debug", 2});
  EXPECT_EQ(Bytes(twice).text().find("first.debug"), std::string::npos);
  EXPECT_NE(Bytes(twice).text().find("second.debug"), std::string::npos);
}

std::string refusal(const Image& image, StripLevel level) {
  try {
    elf::strip(ElfFile::parse(image), level);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// gcc's driver of this machine makes what no fixture is.
Image built(const std::vector<std::string>& words) {
  const TemporaryDirectory directory;
  const std::string source = directory.file("source.c");
  const std::string path = directory.file("built");
  const std::string text = "int twice(int n) { return 2 * n; }\n";
  write_file(source, Bytes(std::string_view(text)));
  std::vector<std::string> command = {"gcc", "-g", "-fPIC", source, "-o", path};
  command.insert(command.end(), words.begin(), words.end());
  run_ok(command);
  return read_file(path);
}

TEST(Strip, RefusesObjectsAndDebuggingInformation) {
  EXPECT_EQ(refusal(built({"-c"}), StripLevel::kAll), "it is no program and no library");
  const Image debug = elf::keep_debug(ElfFile::parse(read_file(fixture("debug").path)));
  EXPECT_EQ(refusal(debug, StripLevel::kAll), "it is separate debugging information");
}

TEST(Strip, TakesStaticRelocationsWithAllSymbolsOnly) {
  const Image image = built({"-shared", "-Wl,--emit-relocs"});
  const std::string reason =
      "it has static relocations (--emit-relocs): they go with all symbols or stay";
  EXPECT_EQ(refusal(image, StripLevel::kDebug), reason);
  EXPECT_EQ(refusal(image, StripLevel::kUnneeded), reason);
  const Image all = stripped(image, StripLevel::kAll);
  for (const elf::Section& section : ElfFile::parse(all).sections())
    EXPECT_TRUE(section.sh_type != elf::SHT_RELA || (section.sh_flags & elf::SHF_ALLOC) != 0);
}

TEST(Strip, RefusesSectionsThatOverlap) {
  Image image = read_file(fixture("plain").path);
  const ElfFile file = ElfFile::parse(image);
  // .comment's header says that it begins in the symbol table.
  const auto sections = file.sections();
  const auto at = [&](std::string_view name) {
    return static_cast<size_t>(
        std::find_if(sections.begin(), sections.end(),
                     [&](const auto& section) { return section.name == name; }) -
        sections.begin());
  };
  const uint64_t offset = raw(sections[at(".symtab")].sh_offset) + 8;
  std::memcpy(image.data() + raw(file.header().e_shoff) + at(".comment") * 64 + 24, &offset, 8);
  EXPECT_EQ(refusal(image, StripLevel::kAll), "");  // the symbol table goes
  std::memcpy(image.data() + raw(file.header().e_shoff) + at(".comment") * 64 + 32, &offset, 8);
  EXPECT_NE(refusal(image, StripLevel::kAll), "");  // and now it is longer than the file
}

// ---

class SplitFixture : public testing::TestWithParam<std::string> {};

// eu-unstrip puts both halves together again.
TEST_P(SplitFixture, IsWholeAgainWithEuUnstrip) {
  const Fixture& subject = fixture(GetParam());
  const Image original = read_file(subject.path);
  const TemporaryDirectory directory;
  const std::string debug = directory.file("debug");
  const std::string rest = directory.file("rest");
  const std::string whole = directory.file("whole");
  write_file(debug, elf::keep_debug(ElfFile::parse(original)));
  const std::string theirs = directory.file("theirs");
  run_ok({"objcopy", "--only-keep-debug", subject.path, theirs});
  EXPECT_EQ(new_lines(lint(theirs, "--debuginfo"), lint(debug, "--debuginfo")), Lines{});
  for (const Level& each : kLevels) {
    SCOPED_TRACE(each.option);
    write_file(rest, stripped(original, each.level));
    run_ok({"eu-unstrip", rest, debug, "-o", whole});
    const Image again = read_file(whole);
    const ElfFile file = ElfFile::parse(again);
    std::map<std::string, std::string> content;
    for (const elf::Section& section : file.sections())
      if (section.sh_type != elf::SHT_NOBITS)
        content[section.name] =
            file.bytes().sub(raw(section.sh_offset), section.sh_size, "section").text();
    for (const elf::Section& section : ElfFile::parse(original).sections()) {
      // It writes names and symbols anew.
      if (section.sh_type == elf::SHT_NOBITS || section.sh_type == elf::SHT_STRTAB ||
          section.sh_type == elf::SHT_SYMTAB)
        continue;
      EXPECT_EQ(content[section.name],
                Bytes(original).sub(raw(section.sh_offset), section.sh_size, "section").text())
          << section.name;
    }
    EXPECT_EQ(run({"nm", whole}).out, run({"nm", subject.path}).out);
  }
}

INSTANTIATE_TEST_SUITE_P(All, SplitFixture,
                         testing::Values("debug", "pie_debug", "musl", "pie_musl", "plain",
                                         "exceptions", "lld", "gold", "notes", "rust_library"),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace elfwheel::test
