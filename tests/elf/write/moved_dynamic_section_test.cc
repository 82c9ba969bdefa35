// A dynamic section without room for another entry moves; what names its address follows. And its
// words are written in the byte order of the file, whatever the machine that edits it.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <regex>

#include "elf/judges/fixtures.h"
#include "elf/judges/peers.h"
#include "elf/judges/readelf.h"
#include "elf/judges/run.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::test {
namespace {

using elf::Edits;
using elf::ElfFile;
using Image = std::vector<std::byte>;

// The value of _DYNAMIC in .symtab, as readelf prints it.
std::string dynamic_symbol(const std::string& path) {
  static const std::regex kLine(" +[0-9]+: ([0-9a-f]+) .* _DYNAMIC");
  for (const std::string& line : lines_of(run_ok({"readelf", "-sW", path}))) {
    std::smatch match;
    if (std::regex_match(line, match, kLine)) return match[1];
  }
  return "none";
}

TEST(MovedDynamicSection, TakesItsSymbolAlong) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("edited");
  Edits edits;
  edits.add_needed = {"libextra.so", "libanother.so"};
  edits.debug_tag = true;
  for (const char* name : {"lld", "no_spare", "pie_lld", "aarch64", "arm"}) {
    SCOPED_TRACE(name);
    const Fixture& each = fixture(name);
    const Image image = edit(read_file(each.path), edits);
    const ElfFile file = ElfFile::parse(image);
    write_file(path, image);
    const std::string address =
        fmt::format("{:0{}x}", raw(file.dynamic_address()), file.is_64() ? 16 : 8);
    EXPECT_EQ(dynamic_symbol(path), address);
    EXPECT_EQ(run_fixture(each, path, true).out, "42\n");
  }
  const Image original = read_file(fixture("no_spare").path);
  const Image image = edit(original, edits);
  EXPECT_NE(ElfFile::parse(image).dynamic_address(), ElfFile::parse(original).dynamic_address());
}

bool has_no_default_lib(const std::string& path) {
  const std::string text = run_ok({"readelf", "-dW", path});
  return text.find("Flags: NODEFLIB") != std::string::npos;
}

TEST(NoDefaultLib, IsWrittenInTheByteOrderOfTheFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("edited.so");
  Edits edits;
  edits.no_default_lib = true;
  for (const char* name : {"s390x", "plain", "arm"}) {
    SCOPED_TRACE(name);
    write_file(path, edit(read_file(fixture(name).path), edits));
    EXPECT_TRUE(has_no_default_lib(path));
  }
  // Another tool, on this little-endian machine.
  run_patchelf({"--no-default-lib"}, fixture("s390x").path, path);
  EXPECT_FALSE(has_no_default_lib(path));
}

}  // namespace
}  // namespace elfwheel::test
