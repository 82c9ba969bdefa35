// Libraries and programs of this machine: copied, given a long rpath, and loaded with every symbol
// bound, exactly as the originals; then stripped and loaded again.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "elf/judges/fixtures.h"
#include "elf/judges/tools.h"
#include "elf/judges/unchanged.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::test {
namespace {

using elf::ElfFile;
using Image = std::vector<std::byte>;

bool is_dynamic_native(const std::string& path) {
  try {
    const Image image = read_file(path);
    if (!ElfFile::has_magic(image)) return false;
    const ElfFile file = ElfFile::parse(image);
    return file.has_dynamic() && wheel_architecture(file.header()) == "x86_64" &&
           (file.interp() ? file.interp() == "/lib64/ld-linux-x86-64.so.2"
                          : path.find(".so") != std::string::npos);
  } catch (const std::exception&) {
    return false;
  }
}

// `count` files of `directory` whose names contain `part`, spread over the alphabet.
std::vector<std::string> choose(const char* directory, const std::string& part, size_t count) {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    if (name.find(part) == std::string::npos || entry.file_size() > (32u << 20)) continue;
    if (name.rfind("ld-", 0) != 0) all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end());
  std::vector<std::string> chosen;
  for (size_t i = 0; i < all.size() && chosen.size() < count;
       i += std::max<size_t>(1, all.size() / (count + count / 2)))
    if (is_dynamic_native(all[i])) chosen.push_back(all[i]);
  return chosen;
}

// What the loader says when it maps the file and binds everything, without running it; addresses
// and the file's own name blanked.
std::string trace(const std::string& path) {
  static const std::regex kAddress("\\(0x[0-9a-f]+\\)");
  const Finished finished =
      run({"/lib64/ld-linux-x86-64.so.2", path},
          {{"LD_TRACE_LOADED_OBJECTS", "1"}, {"LD_WARN", "yes"}, {"LD_BIND_NOW", "yes"}});
  std::string text = std::regex_replace(finished.out + finished.err, kAddress, "");
  for (size_t at; (at = text.find(path)) != std::string::npos;)
    text.replace(at, path.size(), "FILE");
  return text + "exit " + std::to_string(finished.exit_code);
}

// How dlopen answers: exit code and message.
std::string load(const std::string& path) {
  const Finished finished = run({fixture("plain").dependencies() + "/load", "--only-load", path});
  std::string text = finished.err;
  for (size_t at; (at = text.find(path)) != std::string::npos;)
    text.replace(at, path.size(), "FILE");
  return text + "exit " + std::to_string(finished.exit_code);
}

void expect_as_before(const std::string& path, bool is_library) {
  SCOPED_TRACE(path);
  const TemporaryDirectory directory;
  const std::string before_path = directory.file("before");
  const std::string after_path = directory.file("after");
  const Image original = read_file(path);
  write_file(before_path, original);
  const ElfFile before = ElfFile::parse(original);
  // What the file had stays in front, so that it finds the same libraries.
  elf::Edits edits = long_rpath(fixture("plain"));
  if (const auto old = before.runpath() ? before.runpath() : before.rpath())
    edits.rpath = std::string(*old) + ":" + *edits.rpath;
  const Image image = edit(original, edits);
  write_file(after_path, image);

  const ElfFile after = ElfFile::parse(image);
  EXPECT_EQ(facts_of(after), edited(facts_of(before), edits));
  EXPECT_EQ(unwanted_changes(before, after), Lines{});
  EXPECT_LE(image.size(), original.size() + moved_bytes(before, after) + 4096);
  EXPECT_EQ(new_lines(lint(before_path), lint(after_path)), Lines{});
  EXPECT_EQ(new_lines(readelf_warnings(before_path), readelf_warnings(after_path)), Lines{});

  const std::string traced = trace(before_path);
  const auto loaded = [&](const std::string& file) { return is_library ? load(file) : ""; };
  EXPECT_EQ(trace(after_path), traced);
  EXPECT_EQ(loaded(after_path), loaded(before_path));
  for (const Stripper& stripper : strippers("glibc")) {
    if (stripper.name != "strip" && stripper.name != "llvm-strip") continue;
    SCOPED_TRACE(stripper.name);
    write_file(after_path, image);
    std::string message;
    EXPECT_TRUE(apply_stripper(stripper, after_path, message)) << message;
    EXPECT_EQ(trace(after_path), traced);
    EXPECT_EQ(loaded(after_path), loaded(before_path));
  }
}

TEST(LibrariesOfThisMachine, LoadAsBeforeWithALongRpath) {
  const auto paths = choose("/usr/lib/x86_64-linux-gnu", ".so.", 40);
  ASSERT_GE(paths.size(), 20u);
  for (const std::string& path : paths) expect_as_before(path, true);
}

TEST(ProgramsOfThisMachine, LoadAsBeforeWithALongRpath) {
  const auto paths = choose("/usr/bin", "", 20);
  ASSERT_GE(paths.size(), 10u);
  for (const std::string& path : paths) expect_as_before(path, false);
}

}  // namespace
}  // namespace elfwheel::test
