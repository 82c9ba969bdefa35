// Renamed symbols before the real loader: found by the new name in the version they had, by none
// other, with each kind of hash table; and what refers to them still refers to them.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "elf/judges/fixtures.h"
#include "elf/judges/run.h"
#include "elf/judges/tools.h"
#include "elf/judges/unchanged.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::test {
namespace {

using elf::Edits;
using elf::ElfFile;
using Image = std::vector<std::byte>;

class RenamedSymbols : public testing::TestWithParam<const char*> {
 protected:
  // What the functions of these names return, "absent" for names that are not found.
  Lines find(const Image& image, const Lines& names) {
    write_file(path_, image);
    std::vector<std::string> command = {ELFWHEEL_FIXTURES "/tools/find", path_};
    command.insert(command.end(), names.begin(), names.end());
    const Finished finished =
        run(command, {{"LD_LIBRARY_PATH", fixture(GetParam()).dependencies()}});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return lines_of(finished.out);
  }
  Image renamed(const std::vector<std::pair<std::string, std::string>>& names) {
    Edits edits;
    edits.rename_symbols = names;
    return edit(original_, edits);
  }

  const Image original_ = read_file(fixture(GetParam()).path);
  TemporaryDirectory directory_;
  const std::string path_ = directory_.file("edited.so");
};

TEST_P(RenamedSymbols, SwapTheirNames) {
  const Image image = renamed({{"rename_one", "rename_two"}, {"rename_two", "rename_one"}});
  EXPECT_EQ(find(image, {"rename_one", "rename_two", "rename_three", "answer"}),
            (Lines{"2", "1", "3", "42"}));
  EXPECT_EQ(image.size(), original_.size());
}

TEST_P(RenamedSymbols, AreFoundByNamesOfEveryBucket) {
  const Lines complaints = lint(fixture(GetParam()).path);
  for (int i = 0; i < 40; ++i) {
    const std::string one = fmt::format("one_{}", i * 7919);
    const std::string three = fmt::format("three_by_a_longer_name_{}", i);
    SCOPED_TRACE(one);
    const Image image = renamed({{"rename_one", one}, {"rename_three", three}});
    EXPECT_EQ(find(image, {one, three, "rename_two", "rename_four", "answer", "rename_one",
                           "rename_three"}),
              (Lines{"1", "3", "2", "4", "42", "absent", "absent"}));
    if (i % 8 == 0) {
      EXPECT_EQ(new_lines(complaints, lint(path_)), Lines{});
    }
    if (i % 8 == 0) {
      EXPECT_EQ(readelf_symbols(path_), symbol_lines(ElfFile::parse(image)));
    }
  }
}

TEST_P(RenamedSymbols, KeepTheirVersions) {
  const Image image = renamed({{"rename_one", "first"}, {"rename_three", "third"}});
  EXPECT_EQ(find(image, {"first@RENAMES_1.0", "first@RENAMES_2.0", "third@RENAMES_1.0",
                         "third@RENAMES_2.0", "rename_two@RENAMES_1.0", "rename_four@RENAMES_2.0"}),
            (Lines{"1", "absent", "absent", "3", "2", "4"}));
}

TEST_P(RenamedSymbols, OfAnotherLibraryAreLookedUpByTheNewName) {
  Edits edits;
  edits.rename_symbols = {{"base_number", "extra_number"}};
  edits.clear_versions = {"base_number"};
  edits.replace_needed = {{"libbase.so", "libextra.so"}};
  EXPECT_EQ(find(edit(original_, edits), {"answer", "rename_one"}), (Lines{"14", "1"}));
}

TEST_P(RenamedSymbols, DoNotTakeANameThatIsThere) {
  Edits edits;
  edits.rename_symbols = {{"rename_one", "rename_two"}};
  try {
    edit(original_, edits);
    FAIL() << "renamed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
    EXPECT_STREQ(error.what(),
                 "cannot rename symbol rename_one: the file already defines rename_two");
  }
}

TEST_P(RenamedSymbols, GetTheirNamesBack) {
  const Image there =
      renamed({{"rename_one", "first"}, {"rename_data", "renamed_data_and_longer"}});
  Edits back;
  back.rename_symbols = {{"first", "rename_one"}, {"renamed_data_and_longer", "rename_data"}};
  const Image image = edit(there, back);
  EXPECT_EQ(facts_of(ElfFile::parse(image)), facts_of(ElfFile::parse(original_)));
  EXPECT_EQ(find(image, {"rename_one", "first", "answer"}), (Lines{"1", "absent", "42"}));
  EXPECT_EQ(Bytes(image).text().find("renamed_data_and_longer"), std::string_view::npos);
  EXPECT_LE(image.size(), there.size());
}

INSTANTIATE_TEST_SUITE_P(Writer, RenamedSymbols,
                         testing::Values("renames_sysv", "renames_gnu", "renames_both",
                                         "renames_lld"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace elfwheel::test
