#include "elfwheel/report/inspection.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace elfwheel::report {
namespace {

Inspection small_library() {
  Inspection file;
  file.path = "libx.so";
  file.size = 4096;
  file.header.e_type = elf::ET_DYN;
  file.header.e_machine = elf::EM_X86_64;
  file.architecture = "x86_64";
  file.libc = "glibc";
  file.soname = "libx.so.1";
  file.needed = {"libc.so.6"};
  file.runpath = "$ORIGIN";
  file.build_id = "00ff";
  elf::Segment load;
  load.p_type = elf::PT_LOAD;
  load.p_flags = elf::PF_R | elf::PF_X;
  load.p_offset = elf::FileOffset{0x1000};
  load.p_vaddr = elf::Vaddr{0x2000};
  load.p_filesz = 0x10;
  load.p_memsz = 0x20;
  load.p_align = 0x1000;
  file.segments = {load};
  file.dynamic = {{"DT_NEEDED", 0x11, "libc.so.6"}, {"DT_STRSZ", 0x40, std::nullopt}};
  file.version_needs = {{"libc.so.6", {"GLIBC_2.2.5", "GLIBC_2.34"}}};
  file.version_definitions = VersionLine{"libx.so.1", {"X_1"}};
  file.notes = {{"GNU", 3, 2}};
  file.dynamic_symbols = 7;
  file.security.relro = Relro::kFull;
  file.security.bind_now = true;
  file.security.position_independent = true;
  return file;
}

TEST(InspectionText, TellsIdentityThenTables) {
  EXPECT_EQ(
      render_inspection(small_library(), {}),
      "libx.so\n"
      "  type           " +
          elf::file_type_name(elf::ET_DYN) +
          "\n"
          "  machine        Advanced Micro Devices X86-64, 64 bit, little endian\n"
          "  OS ABI         " +
          elf::os_abi_name(0) +
          "\n"
          "  libc           glibc\n"
          "  size           4096 bytes\n"
          "  entry          0x0\n"
          "  build id       00ff\n"
          "  security       full RELRO, bound at start, position independent, "
          "stack not executable\n"
          "  soname         libx.so.1\n"
          "  runpath        $ORIGIN\n"
          "  needed         libc.so.6\n"
          "  symbols        7 dynamic\n"
          "Versions needed\n"
          "  libc.so.6      GLIBC_2.2.5 GLIBC_2.34\n"
          "Versions defined\n"
          "  libx.so.1      X_1\n"
          "Segments\n"
          "  type                   offset        address      in file    in memory        align\n"
          "  PT_LOAD                0x1000         0x2000         0x10         0x20 R-X   0x1000\n"
          "Dynamic section\n"
          "  DT_NEEDED          0x11 libc.so.6\n"
          "  DT_STRSZ           0x40\n"
          "Notes\n"
          "  GNU      type 0x3, 2 bytes\n");
}

TEST(InspectionText, RaisesItsVoiceAboutWhatIsDangerous) {
  Inspection file = small_library();
  file.security = {};
  file.security.executable_stack = true;
  file.security.text_relocations = true;
  file.security.writable_code = true;
  const std::string text = render_inspection(file, {});
  EXPECT_NE(text.find("no RELRO, bound lazily, fixed address, EXECUTABLE STACK, TEXT RELOCATIONS, "
                      "WRITABLE CODE\n"),
            std::string::npos)
      << text;
}

TEST(InspectionText, NamesWhatCouldNotBeRead) {
  Inspection file = small_library();
  file.problems = {"DT_VERNEED: offset 0x1 + size 0x2 exceeds the 0x0 bytes available"};
  const std::string text = render_inspection(file, {});
  EXPECT_NE(text.find("unreadable: DT_VERNEED: offset 0x1 + size 0x2 exceeds the 0x0 bytes "
                      "available\n"),
            std::string::npos)
      << text;
}

TEST(InspectionText, KeepsStringsOfTheFileOnTheirLine) {
  Inspection file = small_library();
  file.soname = "evil\n\x1b[2J";
  EXPECT_NE(render_inspection(file, {}).find("soname         evil\\n\\x1b[2J\n"),
            std::string::npos);
}

TEST(InspectionJson, HasNullForWhatIsAbsent) {
  const Json json = inspection_json(small_library());
  EXPECT_TRUE(json["interp"].is_null());
  EXPECT_TRUE(json["rpath"].is_null());
  EXPECT_EQ(json["runpath"], "$ORIGIN");
  EXPECT_EQ(json["header"]["class"], 64);
  EXPECT_EQ(json["version_needs"].dump(), R"({"libc.so.6":["GLIBC_2.2.5","GLIBC_2.34"]})");
  EXPECT_EQ(json["version_definitions"].dump(), R"(["X_1"])");
  EXPECT_EQ(json["dynamic"].dump(), R"([{"tag":"DT_NEEDED","value":17,"text":"libc.so.6"},)"
                                    R"({"tag":"DT_STRSZ","value":64}])");
  EXPECT_EQ(json["segments"].dump(),
            R"([{"type":"PT_LOAD","offset":4096,"vaddr":8192,"filesz":16,"memsz":32,)"
            R"("read":true,"write":false,"execute":true,"align":4096}])");
  EXPECT_EQ(json["security"]["relro"], "full");
}

}  // namespace
}  // namespace elfwheel::report
