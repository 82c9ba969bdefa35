#include "loader/ld_so_conf.h"

#include <gtest/gtest.h>

#include "loader/memory_machine.h"

namespace elfwheel::loader {
namespace {

using Strings = std::vector<std::string>;

// "DIRECTORY (FILE:LINE)"
Strings directories(const test::MemoryMachine& machine) {
  Strings result;
  for (const auto& [path, named_by] : read_ld_so_conf(machine.files(), "/etc/ld.so.conf"))
    result.push_back(path + " (" + named_by + ")");
  return result;
}

TEST(LdSoConf, NamesOneDirectoryALine) {
  test::MemoryMachine machine;
  machine.text("/etc/ld.so.conf",
               "# comment\n\n  /opt/a/lib/  # another\n/opt/with blank\t\r\nrelative\n/\n/last");
  EXPECT_EQ(directories(machine),
            (Strings{"/opt/a/lib (/etc/ld.so.conf:3)", "/opt/with blank (/etc/ld.so.conf:4)",
                     "/last (/etc/ld.so.conf:7)"}));
}

TEST(LdSoConf, HwcapLinesAndTypesOfLibrariesAreOfThePast) {
  test::MemoryMachine machine;
  machine.text("/etc/ld.so.conf", "hwcap 1 nosegneg\nHWCAP\t0 x\n/opt/lib=libc6\n/hwcap\n");
  EXPECT_EQ(directories(machine),
            (Strings{"/opt/lib (/etc/ld.so.conf:3)", "/hwcap (/etc/ld.so.conf:4)"}));
}

TEST(LdSoConf, IncludesStandWhereTheyAreNamed) {
  test::MemoryMachine machine;
  machine.text("/etc/ld.so.conf",
               "/first\ninclude ld.so.conf.d/*.conf /opt/conf\t/missing\n/last\n");
  machine.text("/etc/ld.so.conf.d/b.conf", "/b\n");
  machine.text("/etc/ld.so.conf.d/a.conf", "/a1\ninclude sub/[x]\n/a2\n");
  machine.text("/etc/ld.so.conf.d/sub/x", "/x\n");
  machine.text("/etc/ld.so.conf.d/c.conf.bak", "/no\n");
  machine.text("/opt/conf", "/opt\n");
  EXPECT_EQ(directories(machine),
            (Strings{"/first (/etc/ld.so.conf:1)", "/a1 (/etc/ld.so.conf.d/a.conf:1)",
                     "/x (/etc/ld.so.conf.d/sub/x:1)", "/a2 (/etc/ld.so.conf.d/a.conf:3)",
                     "/b (/etc/ld.so.conf.d/b.conf:1)", "/opt (/opt/conf:1)",
                     "/last (/etc/ld.so.conf:3)"}));
}

TEST(LdSoConf, IncludedTwiceCountsWhereItComesFirst) {
  test::MemoryMachine machine;
  machine.text("/etc/ld.so.conf", "include /a /b /a\n");
  machine.text("/a", "/of/a\n");
  machine.text("/b", "/of/b\n");
  EXPECT_EQ(directories(machine), (Strings{"/of/a (/a:1)", "/of/b (/b:1)"}));
}

TEST(LdSoConf, CirclesOfIncludesEnd) {
  test::MemoryMachine machine;
  machine.text("/etc/ld.so.conf", "include ld.so.conf other\n/one\n");
  machine.text("/etc/other", "include /etc/*\n/two\n");
  EXPECT_EQ(directories(machine), (Strings{"/two (/etc/other:2)", "/one (/etc/ld.so.conf:2)"}));
}

TEST(LdSoConf, LongChainOfIncludesIsNoDeepRecursion) {
  test::MemoryMachine machine;
  constexpr int kLength = 20000;
  machine.text("/etc/ld.so.conf", "include /c/0\n");
  for (int i = 0; i < kLength; ++i)
    machine.text("/c/" + std::to_string(i), "include /c/" + std::to_string(i + 1) + "\n");
  machine.text("/c/" + std::to_string(kLength), "/end\n");
  EXPECT_EQ(directories(machine), Strings{"/end (/c/20000:1)"});
}

TEST(LdSoConf, HugeOrBinaryFileIsReadToItsEnd) {
  test::MemoryMachine machine;
  std::string text(1 << 20, '\0');
  text += "\n" + std::string(1 << 20, '/') + "\n";
  for (int i = 0; i < 100000; ++i) text += "include\n#\n \xff\n";
  machine.text("/etc/ld.so.conf", text + "/end");
  EXPECT_EQ(directories(machine), Strings{"/end (/etc/ld.so.conf:300003)"});
}

TEST(LdSoConf, WithoutTheFileThereIsNothing) {
  test::MemoryMachine machine;
  EXPECT_EQ(directories(machine), Strings{});
  machine.text("/etc/ld.so.conf/file", "/x\n");
  EXPECT_EQ(directories(machine), Strings{});
}

}  // namespace
}  // namespace elfwheel::loader
