#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include <filesystem>

#include "elfwheel/wheel/archive.h"
#include "support/python_judge.h"
#include "support/temporary_directory.h"
#include "support/wheel_builder.h"
#include "support/whole_file.h"
#include "wheel/error_text.h"

namespace elfwheel::wheel {
namespace {

using test::build_zip;
using test::error_text;
using test::read_file;
using test::run_python;
using test::TemporaryDirectory;
using test::write_file;
using test::ZipSpec;

constexpr std::string_view kText = "text text text text text text text text text text";

Bytes bytes_of(std::string_view text) { return Bytes(text); }

std::string noise(size_t size) {
  std::string text;
  uint32_t state = 1;
  while (text.size() < size)
    text += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return text;
}

NewEntry entry(const std::string& path, uint32_t mode = 0100644, int64_t mtime = 1735732800) {
  return {path, mode, mtime};
}

// A line "NAME METHOD MODE TIME CONTENT" for each entry, by Python, which also tests every CRC.
std::string list_by_python(const std::string& path) {
  return run_python(R"(
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    for info in archive.infolist():
        content = archive.read(info)
        shown = content.decode() if len(content) < 100 else len(content)
        print(info.filename, info.compress_type, oct(info.external_attr >> 16),
              '%d-%02d-%02dT%02d:%02d:%02d' % info.date_time, info.create_system, shown)
)",
                    {path});
}

TEST(Compress, PacksAndStores) {
  const CompressedMember packed = compress(bytes_of(kText), 6);
  EXPECT_EQ(packed.method, Method::kDeflated);
  EXPECT_LT(packed.packed_size(), kText.size());
  EXPECT_EQ(packed.size, kText.size());
  const std::string random = noise(1000);
  EXPECT_EQ(compress(bytes_of(random), 9).method, Method::kStored);
  EXPECT_EQ(compress(bytes_of(kText), 0).parts.at(0).bytes().text(), kText);
  EXPECT_EQ(compress(Bytes(), 6).method, Method::kStored);
  EXPECT_EQ(error_text([] { compress(Bytes(), 13); }), "compression level 13 is not in 0 .. 12");
  EXPECT_EQ(error_text([] { compress(Bytes(), -1); }), "compression level -1 is not in 0 .. 12");
}

TEST(ArchiveWriter, WritesWhatPythonReads) {
  const TemporaryDirectory directory;
  const std::string random = noise(5000);
  ArchiveWriter writer(directory / "a.zip");
  writer.add_directory(entry("pkg", 0040755));
  writer.add(entry("pkg/é.txt"), compress(bytes_of(kText), 6));
  writer.add(entry("pkg/run", 0100755, 0), compress(bytes_of("now"), 0));
  writer.add(entry("pkg/late"), [] { return compress(bytes_of(kText), 1); });
  writer.add(entry("pkg/noise"), [&] { return compress(bytes_of(random), 6); });
  writer.commit();
  EXPECT_EQ(list_by_python(directory / "a.zip"),
            "pkg/ 0 0o40755 2025-01-01T12:00:00 3 \n"
            "pkg/é.txt 8 0o100644 2025-01-01T12:00:00 3 " +
                std::string(kText) +
                "\n"
                "pkg/run 0 0o100755 1980-01-01T00:00:00 3 now\n"
                "pkg/late 8 0o100644 2025-01-01T12:00:00 3 " +
                std::string(kText) +
                "\n"
                "pkg/noise 8 0o100644 2025-01-01T12:00:00 3 5000\n");
  const Archive archive = Archive::open(directory / "a.zip");
  EXPECT_EQ(archive.read(4).bytes().text(), random);
}

TEST(ArchiveWriter, CopiesPackedBytesAsTheyAre) {
  const TemporaryDirectory directory;
  ZipSpec damaged;  // a copy must not notice what only inflating would show
  damaged.name = "damaged";
  damaged.content = kText;
  damaged.method = 8;
  damaged.packed = "\xff not deflate data \xff";
  ZipSpec stored;
  stored.name = "stored";
  stored.content = "stored content";
  stored.mode = 0755;  // without a file type, as some builders write it
  ZipSpec folder;
  folder.name = "folder/";
  folder.mode = 0040711;
  const std::string zip = build_zip({damaged, folder, stored});
  const Archive source = Archive::from_bytes(Bytes(std::string_view(zip)));
  ArchiveWriter writer(directory / "out.zip");
  writer.copy(source, 2);
  writer.copy(source, 1);
  writer.copy(source, 0, entry("moved/damaged", 0100600));
  writer.commit();
  const Archive copy = Archive::open(directory / "out.zip");
  ASSERT_EQ(copy.entries().size(), 3u);
  EXPECT_EQ(copy.raw(0).text(), "stored content");
  EXPECT_EQ(copy.entries()[0].mode, 0755u);
  EXPECT_EQ(copy.entries()[0].mtime, source.entries()[2].mtime);
  EXPECT_EQ(copy.entries()[1].mode, 0040711u);
  EXPECT_TRUE(copy.entries()[1].is_directory);
  EXPECT_EQ(copy.entries()[2].path, "moved/damaged");
  EXPECT_EQ(copy.entries()[2].mode, 0100600u);
  EXPECT_EQ(copy.raw(2).text(), *damaged.packed);
  EXPECT_EQ(copy.entries()[2].crc32, source.entries()[0].crc32);
}

TEST(ArchiveWriter, RefusesToCopyDamagedStoredData) {
  const TemporaryDirectory directory;
  ZipSpec spec;
  spec.name = "a";
  spec.content = "content";
  spec.crc32 = 7;
  const std::string zip = build_zip({spec});
  const Archive source = Archive::from_bytes(Bytes(std::string_view(zip)));
  ArchiveWriter writer(directory / "out.zip");
  EXPECT_EQ(error_text([&] { writer.copy(source, 0); }),
            "a: the content's CRC-32 is fec530a9, not the 00000007 that the archive says");
}

// 2025-03-30 02:30 does not exist in Berlin, whose clocks then go from 02:00 to 03:00.
TEST(ArchiveWriter, WritesTheSameBytesInEveryTimeZone) {
  const TemporaryDirectory directory;
  const auto write = [&](const std::string& name, const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
    ArchiveWriter writer(directory / name);
    writer.add(entry("a", 0100644, 1743301800), compress(bytes_of(kText), 6));
    writer.add(entry("b", 0100644, 1761445800), compress(bytes_of(kText), 6));
    writer.commit();
  };
  write("utc", "UTC0");
  write("berlin", "CET-1CEST,M3.5.0,M10.5.0/3");
  write("newyork", "EST5EDT,M3.2.0,M11.1.0");
  unsetenv("TZ");
  tzset();
  EXPECT_EQ(read_file(directory / "utc"), read_file(directory / "berlin"));
  EXPECT_EQ(read_file(directory / "utc"), read_file(directory / "newyork"));
  EXPECT_EQ(Archive::open(directory / "berlin").entries()[0].mtime, 1743301800);
}

TEST(ArchiveWriter, ACopyOfACopyIsTheSameFile) {
  const TemporaryDirectory directory;
  test::WheelSpec wheel;
  for (int i = 0; i < 50; ++i) wheel.files["pkg/m" + std::to_string(i)] = noise(size_t(i) * 977);
  write_file(directory / "0", test::build_wheel(wheel));
  for (const int round : {0, 1}) {
    const Archive source = Archive::open(directory / std::to_string(round));
    ArchiveWriter writer(directory / std::to_string(round + 1));
    for (size_t i = 0; i < source.entries().size(); ++i) writer.copy(source, i);
    writer.commit();
  }
  EXPECT_EQ(read_file(directory / "1"), read_file(directory / "2"));
}

TEST(ArchiveWriter, NothingIsThereBeforeCommit) {
  const TemporaryDirectory directory;
  {
    ArchiveWriter writer(directory / "a.zip");
    writer.add(entry("a"), compress(bytes_of(kText), 6));
    const std::string temporary = writer.finish();
    EXPECT_EQ(Archive::open(temporary).read(0).bytes().text(), kText);
    EXPECT_FALSE(std::filesystem::exists(directory / "a.zip"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(ArchiveWriter, AnErrorOfAProducerComesOutWhole) {
  const TemporaryDirectory directory;
  {
    ArchiveWriter writer(directory / "a.zip");
    writer.add(entry("a"), compress(bytes_of(kText), 6));
    writer.add(entry("b"), []() -> CompressedMember {
      throw Error(ErrorCode::kUnsupported, "b: cannot be made");
    });
    EXPECT_EQ(error_text([&] { writer.commit(); }), "b: cannot be made");
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(ArchiveWriter, RefusesWhatAnArchiveCannotHold) {
  const TemporaryDirectory directory;
  ArchiveWriter writer(directory / "a.zip");
  EXPECT_EQ(error_text([&] { writer.finish(); }), "an archive needs an entry");
  writer.add(entry("a"), compress(bytes_of(kText), 6));
  EXPECT_EQ(error_text([&] { writer.add(entry("a"), compress(bytes_of("b"), 6)); }),
            "a: the archive has an entry of this name already");
  EXPECT_EQ(error_text([&] { writer.add(entry("../a"), compress(bytes_of("b"), 6)); }),
            "../a: the name leaves the directory");
  EXPECT_EQ(error_text([&] { ArchiveWriter(directory / "no/a.zip"); }),
            "cannot create a file in " + (directory / "no") + ": No such file or directory");
}

TEST(ArchiveWriter, WritesMembersLargerThanItsWindow) {
  const TemporaryDirectory directory;
  const std::string large = noise(5'000'000);
  ArchiveWriter writer(directory / "a.zip");
  writer.add(entry("small"), compress(bytes_of(kText), 6));
  writer.add(entry("large"), compress(bytes_of(large), 6));
  writer.add(entry("also"), [&] { return compress(bytes_of(large), 1); });
  writer.add(entry("last"), compress(bytes_of(kText), 6));
  writer.commit();
  const Archive archive = Archive::open(directory / "a.zip");
  EXPECT_EQ(archive.read(1).bytes().text(), large);
  EXPECT_EQ(archive.read(2).bytes().text(), large);
  EXPECT_EQ(archive.read(3).bytes().text(), kText);
  EXPECT_NE(list_by_python(directory / "a.zip"), "");
}

TEST(ArchiveWriter, WritesMoreEntriesThanAnArchiveWithoutZip64Has) {
  const TemporaryDirectory directory;
  ArchiveWriter writer(directory / "a.zip");
  for (int i = 0; i < 65'600; ++i)
    writer.add(entry("f" + std::to_string(i)), compress(bytes_of("x"), 0));
  writer.commit();
  const Archive archive = Archive::open(directory / "a.zip");
  ASSERT_EQ(archive.entries().size(), 65'600u);
  EXPECT_EQ(archive.find("f65599"), 65'599u);
  EXPECT_EQ(run_python("import sys, zipfile\n"
                       "print(len(zipfile.ZipFile(sys.argv[1]).namelist()))",
                       {directory / "a.zip"}),
            "65600\n");
}

}  // namespace
}  // namespace elfwheel::wheel
