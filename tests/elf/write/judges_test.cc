// Every edit of every fixture before all judges: our reader, eu-elflint, readelf, LIEF, the loader
// that runs it, and strip in all its forms.

#include <gtest/gtest.h>

#include <map>

#include "elf/judges/fixtures.h"
#include "elf/judges/tools.h"
#include "elf/judges/unchanged.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/elf/edit.h"
#include "elfwheel/second_opinion/second_opinion.h"

namespace elfwheel::test {
namespace {

using elf::ElfFile;
using Image = std::vector<std::byte>;

void expect_runs(const Fixture& fixture, const std::string& path, const elf::Edits& edits) {
  // A new rpath must find the dependencies by itself.
  const bool by_itself =
      edits.rpath && edits.rpath->find(fixture.dependencies()) != std::string::npos;
  const Finished finished = run_fixture(fixture, path, !by_itself);
  EXPECT_EQ(finished.out, "42\n") << "exit code " << finished.exit_code << "\n" << finished.err;
  EXPECT_EQ(finished.exit_code, 0);
}

class EditedFixture : public testing::TestWithParam<Fixture> {
 protected:
  const Fixture& fixture() const { return GetParam(); }
  const Image original_ = read_file(GetParam().path);
  const ElfFile before_ = ElfFile::parse(original_);
  TemporaryDirectory directory_;
};

TEST_P(EditedFixture, ReadsAsWantedAndElseAsBefore) {
  for (const EditCase& wanted : edit_cases(fixture())) {
    SCOPED_TRACE(wanted.name);
    const Image image = edit(original_, wanted.edits);
    const ElfFile after = ElfFile::parse(image);
    EXPECT_EQ(facts_of(after), edited(facts_of(before_), wanted.edits));
    EXPECT_EQ(unwanted_changes(before_, after, wanted.edits), Lines{});
  }
}

TEST_P(EditedFixture, GivesEuElflintAndReadelfNoNewReason) {
  const Lines old_complaints = lint(fixture().path);
  const Lines old_warnings = readelf_warnings(fixture().path);
  for (const EditCase& wanted : edit_cases(fixture())) {
    SCOPED_TRACE(wanted.name);
    const std::string path = directory_.file("edited");
    write_file(path, edit(original_, wanted.edits));
    EXPECT_EQ(new_lines(old_complaints, lint(path)), Lines{});
    EXPECT_EQ(new_lines(old_warnings, readelf_warnings(path)), Lines{});
  }
}

#ifdef ELFWHEEL_HAS_LIEF
TEST_P(EditedFixture, ReadsTheSameThroughLief) {
  const elf::SecondOpinion lief = second_opinion::by_lief();
  for (const EditCase& wanted : edit_cases(fixture())) {
    SCOPED_TRACE(wanted.name);
    const Image image = edit(original_, wanted.edits);
    EXPECT_NO_THROW(lief(original_, image, wanted.edits));
  }
}
#endif

TEST_P(EditedFixture, LoadsAndRuns) {
  for (const EditCase& wanted : edit_cases(fixture())) {
    SCOPED_TRACE(wanted.name);
    const std::string path = directory_.file("edited");
    write_file(path, edit(original_, wanted.edits));
    expect_runs(fixture(), path, wanted.edits);
  }
}

// strip writes the program header table behind the ELF header. Where code stands right behind it,
// an edit moves the table to the end, and strip then has no room for it.
bool survives_strip(const Fixture& fixture) { return fixture.name != "text_first"; }

// strip has nothing to go by in a file without section headers, and drops what is appended.
bool can_be_stripped(const ElfFile& file, const Fixture& fixture) {
  return !file.sections().empty() && fixture.name != "payload";
}

TEST_P(EditedFixture, KeepsItsProgramHeaderTableInPlaceIfStripIsToWork) {
  const Image image = edit(original_, long_rpath(fixture()));
  EXPECT_EQ(ElfFile::parse(image).header().e_phoff == before_.header().e_phoff,
            survives_strip(fixture()));
}

TEST_P(EditedFixture, RunsAfterStrip) {
  if (!survives_strip(fixture())) return;
  for (const Stripper& stripper : strippers(fixture().target)) {
    SCOPED_TRACE(stripper.name);
    const std::string unedited = directory_.file("unedited");
    write_file(unedited, original_);
    std::string message;
    if (!apply_stripper(stripper, unedited, message) || message != "" ||
        run_fixture(fixture(), unedited, true).out != "42\n") {
      EXPECT_FALSE(can_be_stripped(before_, fixture())) << message;
      continue;
    }
    for (const elf::Edits& edits : {long_rpath(fixture()), all_at_once(fixture())}) {
      const std::string path = directory_.file("edited");
      write_file(path, edit(original_, edits));
      message.clear();
      EXPECT_TRUE(apply_stripper(stripper, path, message)) << message;
      EXPECT_EQ(message, "");
      expect_runs(fixture(), path, edits);
    }
  }
}

TEST_P(EditedFixture, CanBeEditedAfterStrip) {
  if (!can_be_stripped(before_, fixture()) || !survives_strip(fixture())) return;
  const std::string path = directory_.file("edited");
  for (const Stripper& stripper : strippers(fixture().target)) {
    SCOPED_TRACE(stripper.name);
    write_file(path, edit(original_, long_rpath(fixture())));
    std::string message;
    ASSERT_TRUE(apply_stripper(stripper, path, message)) << message;
    const elf::Edits edits = all_at_once(fixture());
    write_file(path, edit(read_file(path), edits));
    expect_runs(fixture(), path, edits);
  }
}

INSTANTIATE_TEST_SUITE_P(Writer, EditedFixture,
                         testing::ValuesIn(fixtures_of({"library", "program"})),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace elfwheel::test
