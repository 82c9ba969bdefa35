#include "repair/elf_members.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/mapped_file.h"
#include "scene.h"

namespace elfwheel::repair {
namespace {

using test::library;
using test::Scene;
using Texts = std::vector<std::string>;

ElfMembers members_of(Scene& scene) {
  return find_elf_members(wheel::Wheel::open(scene.write_wheel()), 2, "");
}

std::string foreign_library() {
  test::ElfSpec spec;
  spec.machine = elf::EM_AARCH64;
  return test::elf_text(spec);
}

TEST(ElfMembers, AreFoundByTheirContent) {
  Scene scene;
  scene.wheel.files["pkg/data.bin"] = library({});
  scene.wheel.files["pkg/liar.so"] = "no library\n";
  const ElfMembers found = members_of(scene);
  ASSERT_EQ(found.members.size(), 1U);
  EXPECT_EQ(found.members[0].path, "pkg/data.bin");
  EXPECT_TRUE(found.notes.empty());
}

TEST(ElfMembers, OtherArchitecturesAreNoted) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({});
  scene.wheel.files["pkg/b.so"] = foreign_library();
  const ElfMembers found = members_of(scene);
  EXPECT_EQ(found.members.size(), 1U);
  EXPECT_EQ(found.notes, Texts{"pkg/b.so: left as it is: made for aarch64"});
}

TEST(ElfMembers, WheelOfForeignFilesAloneIsRefused) {
  Scene scene;
  scene.wheel.files["pkg/b.so"] = foreign_library();
  EXPECT_EQ(scene.repair().reasons, Texts{"no ELF file made for x86_64: pkg/b.so (aarch64)"});
}

TEST(ElfMembers, FilesTellTheArchitectureThatTheTagDoesNot) {
  Scene scene;
  scene.wheel.tag = "py3-none-any";
  scene.wheel.files["pkg/b.so"] = foreign_library();
  EXPECT_EQ(members_of(scene).architecture, "aarch64");
}

TEST(ElfMembers, BrokenDataFileIsNotedAndLeft) {
  Scene scene;
  scene.wheel.files["pkg/a.so"] = library({});
  scene.wheel.files["pkg/sample.elf"] = library({}).substr(0, 70);
  const ElfMembers found = members_of(scene);
  EXPECT_EQ(found.members.size(), 1U);
  ASSERT_EQ(found.notes.size(), 1U);
  EXPECT_EQ(found.notes[0].substr(0, 34), "pkg/sample.elf: left as it is: pro");
}

// What objcopy and eu-strip leave of a library when they split its debugging information off.
class DebugCompanion : public testing::TestWithParam<const char*> {};

TEST_P(DebugCompanion, IsLeftAsItIs) {
  Scene scene;
  const test::TemporaryDirectory& directory = scene.directory();
  directory.write("x.c", "int answer(void) { return 42; }\n");
  const std::string command = "cd " + directory.path() +
                              " && gcc -g -shared -fPIC -Wl,-soname,libx.so x.c -o libx.so && " +
                              GetParam();
  ASSERT_EQ(std::system(command.c_str()), 0);
  const MappedFile companion = MappedFile::open(directory / "libx.so.debug");
  const std::string content(companion.bytes().text());
  scene.wheel.files["pkg/libx.so.debug"] = content;
  scene.wheel.files["pkg/a.so"] = library({"libc.so.6"}, "", "/build");
  const RepairReport report = scene.repair();
  ASSERT_TRUE(report.written);
  EXPECT_EQ(report.notes.at(0).substr(0, 34), "pkg/libx.so.debug: left as it is: ");
  EXPECT_EQ(test::read_entry(report.output_path, "pkg/libx.so.debug"), content);
}

INSTANTIATE_TEST_SUITE_P(By, DebugCompanion,
                         testing::Values("objcopy --only-keep-debug libx.so libx.so.debug",
                                         "eu-strip -f libx.so.debug libx.so"));

TEST(Libpython, NamesOfAllBuilds) {
  for (const char* name : {"libpython3.11.so.1.0", "libpython3.7m.so.1.0", "libpython3.13t.so",
                           "libpython2.7.so.1.0", "libpython3.14td.so.1.0"})
    EXPECT_TRUE(is_libpython(name)) << name;
  for (const char* name : {"libpython3.so", "libpython3-a7ac1882.13t.so.1.0", "libpythonic.so",
                           "libboost_python311.so.1.0", "libpython3.11.so.1.0.debug", "libpython"})
    EXPECT_FALSE(is_libpython(name)) << name;
}

TEST(Program, IsWhatTheKernelStarts) {
  const auto parse = [](const test::ElfSpec& spec, bool executable) {
    const std::string text = test::elf_text(spec);
    return is_program(elf::ElfFile::parse(Bytes(std::string_view(text))), executable);
  };
  test::ElfSpec fixed;
  fixed.type = elf::ET_EXEC;
  EXPECT_TRUE(parse(fixed, false));
  test::ElfSpec pie;
  pie.entries = {{elf::DT_FLAGS_1, elf::DF_1_PIE}};
  EXPECT_TRUE(parse(pie, false));
  test::ElfSpec runnable_library;  // as libc.so.6
  runnable_library.interp = "/lib64/ld-linux-x86-64.so.2";
  runnable_library.soname = "libc.so.6";
  EXPECT_FALSE(parse(runnable_library, true));
  EXPECT_FALSE(parse({}, true));
}

}  // namespace
}  // namespace elfwheel::repair
