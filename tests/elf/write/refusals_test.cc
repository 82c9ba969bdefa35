// What the writer refuses, in whole sentences.

#include <gtest/gtest.h>

#include "elf/judges/fixtures.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/edit.h"
#include "support/elf_builder.h"

namespace elfwheel::test {
namespace {

using elf::Edits;
using elf::ElfFile;
using Image = std::vector<std::byte>;

std::string refusal(ErrorCode code, const Image& image, const Edits& edits) {
  try {
    elf::edit_in_memory(image, edits);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "no error";
}

Edits any_rpath() {
  Edits edits;
  edits.rpath = "$ORIGIN";
  return edits;
}

TEST(StaticProgram, IsRefused) {
  for (const char* name : {"static", "static_musl"})
    EXPECT_EQ(refusal(ErrorCode::kUnsupported, read_file(fixture(name).path), any_rpath()),
              "no dynamic section: a statically linked program loads no libraries");
}

// Its start code finds the dynamic section by a link-time address and loads no library by it.
TEST(StaticPie, IsRefused) {
  EXPECT_EQ(refusal(ErrorCode::kUnsupported, read_file(fixture("static_pie").path), any_rpath()),
            "static PIE: a statically linked program loads no libraries");
}

TEST(Program, TakesNoSoname) {
  Edits edits;
  edits.soname = "libprogram.so";
  for (const char* name : {"pie", "fixed", "pie_musl"})
    EXPECT_EQ(refusal(ErrorCode::kUnsupported, read_file(fixture(name).path), edits),
              "a program has no soname");
}

TEST(NeededLibrary, WithVersionsInUseIsNotRemoved) {
  Edits edits;
  edits.remove_needed = {"libbase.so"};
  EXPECT_EQ(
      refusal(ErrorCode::kUnsupported, read_file(fixture("plain").path), edits),
      "cannot remove needed library libbase.so: symbol base_number needs its version BASE_1.0; "
      "clear the versions of such symbols, or replace the library");
}

TEST(NeededLibrary, WithoutVersionsInUseIsRemoved) {
  ElfSpec spec;
  spec.needed = {"libone.so", "libtwo.so", "libone.so"};
  Edits edits;
  edits.remove_needed = {"libone.so"};
  const Image image = elf::edit_in_memory(build_elf(spec), edits);
  const std::vector<std::string_view> needed = ElfFile::parse(image).needed();
  EXPECT_EQ(needed, std::vector<std::string_view>{"libtwo.so"});
}

TEST(EditString, WithANulIsRefused) {
  const Image image = read_file(fixture("plain").path);
  const std::string text("a\0b", 3);
  Edits edits;
  edits.rpath = text;
  EXPECT_EQ(refusal(ErrorCode::kUsage, image, edits), "the rpath contains a NUL byte");
  edits = {};
  edits.soname = text;
  EXPECT_EQ(refusal(ErrorCode::kUsage, image, edits), "the soname contains a NUL byte");
  edits = {};
  edits.add_needed = {text};
  EXPECT_EQ(refusal(ErrorCode::kUsage, image, edits), "a needed name contains a NUL byte");
  edits = {};
  edits.replace_needed = {{"libbase.so", text}};
  EXPECT_EQ(refusal(ErrorCode::kUsage, image, edits), "a needed name contains a NUL byte");
}

TEST(ObjectFile, IsRefused) {
  ElfSpec spec;
  spec.type = elf::ET_REL;
  EXPECT_EQ(refusal(ErrorCode::kUnsupported, build_elf(spec), any_rpath()),
            "ET_REL file: only programs and shared libraries can be edited");
}

TEST(DebugFile, IsRefused) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("libdebug.debug");
  run_ok({"objcopy", "--only-keep-debug", fixture("debug").path, path});
  Edits edits = any_rpath();
  try {
    elf::edit_in_memory(read_file(path), edits);
    FAIL() << "edited";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "separate debugging information: edit the program that it belongs to");
  }
}

TEST(HeaderSize, OfAnotherKindIsRefused) {
  // A table with 64 bytes an entry is read, but no edit can add to it.
  ElfSpec spec;
  Image image = build_elf(spec);
  const Image small = image;
  const size_t table = image.size();
  image.resize(table + 3 * 64);
  for (size_t i = 0; i < 3; ++i)
    std::copy_n(small.begin() + static_cast<long>(64 + i * 56), 56,
                image.begin() + static_cast<long>(table + i * 64));
  image[0x20] = static_cast<std::byte>(table & 0xff);
  image[0x21] = static_cast<std::byte>(table >> 8);
  image[0x36] = std::byte{64};
  EXPECT_EQ(refusal(ErrorCode::kUnsupported, image, any_rpath()),
            "program header size 64 is not the 56 bytes of its class");
}

}  // namespace
}  // namespace elfwheel::test
