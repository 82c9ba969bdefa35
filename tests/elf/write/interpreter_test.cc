// PT_INTERP made shorter and longer; the program runs by the loader that it names then.

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "elf/judges/fixtures.h"
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

// A loader by a name of 15 bytes, shorter than any that has a directory of its own.
class ShortName {
 public:
  explicit ShortName(const std::string& loader) {
    std::string pattern = "/tmp/elf-XXXXXX";
    const int descriptor = mkstemp(pattern.data());
    if (descriptor < 0) throw std::runtime_error("mkstemp failed");
    close(descriptor);
    path_ = pattern;
    std::filesystem::remove(path_);
    std::filesystem::create_symlink(loader, path_);
  }
  ~ShortName() { std::filesystem::remove(path_); }
  ShortName(const ShortName&) = delete;
  ShortName& operator=(const ShortName&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Edits interpreter(std::string path) {
  Edits edits;
  edits.interpreter = std::move(path);
  return edits;
}

class Interpreter : public testing::TestWithParam<const char*> {
 protected:
  void expect_runs_by(const Image& image, const std::string& loader) {
    const ElfFile file = ElfFile::parse(image);
    EXPECT_EQ(file.interp(), loader);
    // The kernel wants the last byte of the segment to be the NUL.
    const elf::Segment& segment = *file.find_segment(elf::PT_INTERP);
    EXPECT_EQ(image[raw(segment.p_offset) + segment.p_filesz - 1], std::byte{0});
    EXPECT_EQ(file.addresses().find_offset(segment.p_vaddr), segment.p_offset);
    const std::string path = directory_.file("edited");
    write_file(path, image);
    EXPECT_EQ(run_fixture(program_, path, true).out, "42\n");
    EXPECT_EQ(new_lines(lint(program_.path), lint(path)), Lines{});
  }

  const Fixture& program_ = fixture(GetParam());
  const Image original_ = read_file(program_.path);
  const std::string old_ = std::string(*ElfFile::parse(original_).interp());
  TemporaryDirectory directory_;
};

TEST_P(Interpreter, ThatIsShorterStaysInItsPlace) {
  const ShortName name(old_);
  const Image image = edit(original_, interpreter(name.path()));
  expect_runs_by(image, name.path());
  EXPECT_EQ(image.size(), original_.size());
  EXPECT_EQ(ElfFile::parse(image).segments().size(), ElfFile::parse(original_).segments().size());
  // Nothing of the old name stays behind the new one.
  const ElfFile file = ElfFile::parse(image);
  const elf::Segment& segment = *file.find_segment(elf::PT_INTERP);
  const std::string text(
      file.bytes().sub(raw(segment.p_offset), segment.p_filesz, "interpreter").text());
  EXPECT_EQ(text, name.path() + std::string(old_.size() + 1 - name.path().size(), '\0'));
  EXPECT_EQ(edit(image, interpreter(old_)), original_);
}

TEST_P(Interpreter, ThatIsLongerMoves) {
  const std::string longer = "/." + std::string(300, '/') + old_;
  const Image image = edit(original_, interpreter(longer));
  expect_runs_by(image, longer);
  EXPECT_EQ(edit(image, interpreter(longer)), image);
  const Image back = edit(image, interpreter(old_));
  expect_runs_by(back, old_);
  EXPECT_LE(back.size() + 300, image.size() + 16);
  EXPECT_EQ(unwanted_changes(ElfFile::parse(original_), ElfFile::parse(back)), Lines{});
}

TEST_P(Interpreter, ThatIsTheSameChangesNothing) {
  EXPECT_FALSE(elf::apply_edits(ElfFile::parse(original_), interpreter(old_)).changed);
}

INSTANTIATE_TEST_SUITE_P(Writer, Interpreter,
                         testing::Values("pie", "fixed", "pie_lld", "fixed_lld", "pie_gold",
                                         "pie_musl", "pie_no_sections", "pie_zip_behind", "payload",
                                         "go_net", "rust"),
                         [](const auto& test) { return std::string(test.param); });

TEST(LibraryInterpreter, IsNotGivenToALibrary) {
  try {
    edit(read_file(fixture("plain").path), interpreter("/lib64/ld-linux-x86-64.so.2"));
    FAIL() << "edited";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
    EXPECT_STREQ(error.what(), "no interpreter (PT_INTERP) that could be replaced");
  }
}

}  // namespace
}  // namespace elfwheel::test
