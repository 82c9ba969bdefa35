// gdb in an edited library and program: stopped in a function, it names the frames and their lines,
// from the file itself and from debugging information split off before or after the edit, by
// objcopy or by our own strip.

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "elf/judges/fixtures.h"
#include "elf/judges/readelf.h"
#include "elf/judges/run.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/elf/edit.h"
#include "elfwheel/elf/notes.h"
#include "elfwheel/elf/strip.h"

namespace elfwheel::test {
namespace {

using Image = std::vector<std::byte>;

// The frames of `command` when `function` is called: "#0 base_number ()", "#1 answer () at
// …/answer.c:17", without addresses.
// `setting`: one more for gdb.
Lines backtrace(const std::string& function, const std::vector<std::string>& command,
                const std::string& setting = "set confirm off") {
  std::vector<std::string> words = {
      "gdb", "-q", "-nx", "-batch", "-iex", "set debuginfod enabled off", "-iex", setting};
  const std::string library_path =
      "set environment LD_LIBRARY_PATH " + fixture("plain").dependencies();
  const std::string stop = "break " + function;
  for (const char* each : {"set startup-with-shell off", "set breakpoint pending on",
                           library_path.c_str(), stop.c_str(), "run", "backtrace"}) {
    words.push_back("-ex");
    words.push_back(each);
  }
  words.push_back("--args");
  words.insert(words.end(), command.begin(), command.end());
  const Finished finished = run(words);
  static const std::regex kAddress("0x[0-9a-f]+ in |0x[0-9a-f]+ |from .*");
  Lines frames;
  for (const std::string& line : lines_of(finished.out))
    if (line.rfind('#', 0) == 0) frames.push_back(std::regex_replace(line, kAddress, ""));
  EXPECT_FALSE(frames.empty()) << finished.out << finished.err;
  return frames;
}

// Of zip and PNG, bit by bit.
uint32_t crc32_of(const Image& image) {
  uint32_t crc = 0xffffffff;
  for (const std::byte byte : image) {
    crc ^= static_cast<uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
  }
  return ~crc;
}

// Splits the debugging information of `path` off into `debug`.
void split(const std::string& path, const std::string& debug) {
  run_ok({"objcopy", "--only-keep-debug", path, debug});
  run_ok({"objcopy", "--strip-debug", "--add-gnu-debuglink=" + debug, path});
}

// The backtraces of the edited file, with its lines in it, split off before and after the edit.
void expect_backtraces(const std::string& function, const Fixture& subject,
                       const std::vector<std::string>& loader, const std::string& source) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("edited");
  const std::string debug = directory.file("edited.debug");
  std::vector<std::string> command = loader;
  command.push_back(path);
  const auto frames_of = [&](const Image& image) {
    write_file(path, image);
    return backtrace(function, command);
  };

  const Image original = read_file(subject.path);
  const Lines wanted = frames_of(original);
  ASSERT_GE(wanted.size(), 2u);
  EXPECT_NE(wanted[1].find(source), std::string::npos) << wanted[1];
  EXPECT_EQ(frames_of(edit(original, all_at_once(subject))), wanted);

  write_file(path, original);
  split(path, debug);
  EXPECT_EQ(frames_of(edit(read_file(path), all_at_once(subject))), wanted) << "split before";

  write_file(path, edit(original, all_at_once(subject)));
  split(path, debug);
  EXPECT_EQ(backtrace(function, command), wanted) << "split after";
}

// The backtraces of what our own strip leaves, edited afterwards, as a repair does: with the
// debugging information in the file that a link names, and in one that the build id leads to.
void expect_split_backtraces(const std::string& function, const Fixture& subject,
                             const std::vector<std::string>& loader) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("edited");
  std::vector<std::string> command = loader;
  command.push_back(path);
  const Image original = read_file(subject.path);
  const elf::ElfFile file = elf::ElfFile::parse(original);
  write_file(path, edit(original, all_at_once(subject)));
  const Lines wanted = backtrace(function, command);
  const Image debug = elf::keep_debug(file);

  const std::string id = elf::find_build_id(file).value();
  std::filesystem::create_directories(directory.file(".build-id/" + id.substr(0, 2)));
  const std::string by_id =
      directory.file(".build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug");
  const std::string here = "set debug-file-directory " + directory.file("");
  write_file(path, edit(elf::strip(file, elf::StripLevel::kAll), all_at_once(subject)));
  EXPECT_NE(backtrace(function, command, here), wanted) << "nothing to be found yet";
  write_file(by_id, debug);
  EXPECT_EQ(backtrace(function, command, here), wanted) << "by build id";
  std::filesystem::remove(by_id);

  write_file(directory.file("edited.debug"), debug);
  const elf::DebugLink link{"edited.debug", crc32_of(debug)};
  write_file(path, edit(elf::strip(file, elf::StripLevel::kAll, link), all_at_once(subject)));
  EXPECT_EQ(backtrace(function, command), wanted) << "by link";
}

TEST(Debugger, FindsTheLinesOfAStrippedLibrary) {
  const Fixture& debug = fixture("debug");
  expect_split_backtraces("base_number", debug, {debug.dependencies() + "/load"});
}

TEST(Debugger, FindsTheLinesOfAStrippedProgram) {
  expect_split_backtraces("base_number", fixture("pie_debug"), {});
}

TEST(Debugger, FindsTheLinesOfAnEditedLibrary) {
  const Fixture& debug = fixture("debug");
  expect_backtraces("base_number", debug, {debug.dependencies() + "/load"}, "answer.c:");
}

TEST(Debugger, FindsTheLinesOfAnEditedProgram) {
  expect_backtraces("base_number", fixture("pie_debug"), {}, "program.c:7");
}

}  // namespace
}  // namespace elfwheel::test
