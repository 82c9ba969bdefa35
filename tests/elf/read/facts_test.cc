// What the reader reads equals what readelf and LIEF read, on every fixture and on libraries of
// this machine.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "elf/judges/fixtures.h"
#include "elf/judges/readelf.h"

#ifdef ELFWHEEL_HAS_LIEF
#include "second_opinion/compare.h"
#endif

namespace elfwheel::test {
namespace {

using elf::ElfFile;

void compare_with_readelf(const ElfFile& file, const std::string& path) {
  EXPECT_EQ(header_lines(file), readelf_header(path)) << path;
  EXPECT_EQ(segment_lines(file), readelf_segments(path)) << path;
  EXPECT_EQ(dynamic_lines(file), readelf_dynamic(path)) << path;
  EXPECT_EQ(symbol_lines(file), readelf_symbols(path)) << path;
  // readelf finds versions by their section headers alone.
  if (!file.sections().empty()) {
    EXPECT_EQ(version_lines(file), readelf_versions(path)) << path;
  }
  EXPECT_EQ(note_lines(file), readelf_notes(path)) << path;
}

void compare_with_lief(const ElfFile& file, const std::string& path) {
#ifdef ELFWHEEL_HAS_LIEF
  using namespace second_opinion;
  const Facts own = read_with_elfwheel(file);
  EXPECT_EQ(differences(read_with_lief(file.bytes(), own), own), Lines{}) << path;
#else
  (void)file;
  (void)path;
#endif
}

class EveryFixture : public testing::TestWithParam<Fixture> {};

TEST_P(EveryFixture, ReadsAsReadelfReadsIt) {
  const std::vector<std::byte> bytes = read_file(GetParam().path);
  compare_with_readelf(ElfFile::parse(bytes), GetParam().path);
}

TEST_P(EveryFixture, ReadsAsLiefReadsIt) {
  const std::vector<std::byte> bytes = read_file(GetParam().path);
  compare_with_lief(ElfFile::parse(bytes), GetParam().path);
}

TEST_P(EveryFixture, RunsBeforeAnyEdit) {
  const Finished finished = run_fixture(GetParam(), GetParam().path, true);
  EXPECT_EQ(finished.out, "42\n") << finished.err;
  EXPECT_EQ(finished.exit_code, 0);
}

INSTANTIATE_TEST_SUITE_P(Reader, EveryFixture,
                         testing::ValuesIn(fixtures_of({"library", "program", "static"})),
                         [](const auto& test) { return test.param.name; });

// About thirty shared libraries, spread over the alphabet.
std::vector<std::string> libraries_of_this_machine() {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/x86_64-linux-gnu")) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file() || name.find(".so.") == std::string::npos) continue;
    if (ElfFile::has_magic(read_file(entry.path()))) all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end());
  std::vector<std::string> chosen;
  const size_t step = std::max<size_t>(1, all.size() / 30);
  for (size_t i = 0; i < all.size(); i += step) chosen.push_back(all[i]);
  return chosen;
}

TEST(LibrariesOfThisMachine, ReadAsReadelfAndLiefReadThem) {
  const std::vector<std::string> paths = libraries_of_this_machine();
  ASSERT_GE(paths.size(), 20u);
  for (const std::string& path : paths) {
    const std::vector<std::byte> bytes = read_file(path);
    const ElfFile file = ElfFile::parse(bytes);
    compare_with_readelf(file, path);
    compare_with_lief(file, path);
  }
}

}  // namespace
}  // namespace elfwheel::test
