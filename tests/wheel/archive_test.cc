#include "elfwheel/wheel/archive.h"

#include <gtest/gtest.h>

#include "support/python_judge.h"
#include "support/temporary_directory.h"
#include "support/wheel_builder.h"
#include "wheel/error_text.h"
#include "wheel/parallel.h"

namespace elfwheel::wheel {
namespace {

using test::build_zip;
using test::run_python;
using test::TemporaryDirectory;
using test::ZipSpec;

ZipSpec member(const std::string& name, const std::string& content, bool deflate = true) {
  ZipSpec spec;
  spec.name = name;
  spec.content = content;
  spec.deflate = deflate;
  return spec;
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919);
  return text;
}

std::string test_content(size_t size) {
  std::string content;
  while (content.size() < size) content += long_text();
  content.resize(size);
  return content;
}

TEST(Archive, ListsEntriesInOrder) {
  ZipSpec script = member("pkg/run", "#!/bin/sh\n", false);
  script.mode = 0100755;
  ZipSpec directory = member("pkg/", "", false);
  directory.mode = 0040700;
  const std::string zip = build_zip({member("pkg/b.py", long_text()), directory, script});
  const Archive archive = Archive::from_bytes(Bytes(std::string_view(zip)));
  ASSERT_EQ(archive.entries().size(), 3u);
  const ArchiveEntry& first = archive.entries()[0];
  EXPECT_EQ(first.path, "pkg/b.py");
  EXPECT_EQ(first.method, Method::kDeflated);
  EXPECT_EQ(first.size, long_text().size());
  EXPECT_LT(first.compressed_size, first.size);
  EXPECT_EQ(first.mode, 0100644u);
  EXPECT_EQ(first.mtime, 1735732800);  // 2025-01-01 12:00:00
  EXPECT_EQ(archive.entries()[1].path, "pkg");
  EXPECT_TRUE(archive.entries()[1].is_directory);
  EXPECT_EQ(archive.entries()[1].mode, 0040700u);
  EXPECT_EQ(archive.entries()[2].mode, 0100755u);
  EXPECT_EQ(archive.find("pkg/run"), 2u);
  EXPECT_EQ(archive.find("pkg"), 1u);
  EXPECT_EQ(archive.find("pkg/"), Archive::kNoEntry);
}

TEST(Archive, ReadsInPartsWhatItReadsWhole) {
  const std::string large = test_content(9 << 20);
  const std::string zip = build_zip({member("a", large), member("b", large, false),
                                     member("empty", ""), member("void", "", false)});
  const Archive archive = Archive::from_bytes(Bytes(std::string_view(zip)));
  for (size_t i = 0; i < archive.entries().size(); ++i) {
    std::string joined;
    size_t parts = 0;
    archive.read_in_parts(i, [&](Bytes part) {
      joined += part.text();
      ++parts;
    });
    EXPECT_TRUE(joined == archive.read(i).bytes().text()) << i;
    EXPECT_EQ(parts > 1, i < 2) << i;
  }
}

TEST(Archive, ReadingInPartsVerifiesSizeAndChecksum) {
  const auto error_of = [](const ZipSpec& spec) {
    const std::string zip = build_zip({spec});
    return test::error_text(
        [&] { Archive::from_bytes(Bytes(std::string_view(zip))).read_in_parts(0, [](Bytes) {}); });
  };
  for (const bool deflate : {false, true}) {
    ZipSpec wrong = member("a", "content", deflate);
    wrong.crc32 = 1;
    EXPECT_EQ(error_of(wrong).substr(0, 3), "a: ");
  }
  ZipSpec longer = member("a", long_text());
  longer.size = 10;
  EXPECT_NE(error_of(longer), "no error");
  longer.size = static_cast<uint32_t>(long_text().size() + 1);
  EXPECT_NE(error_of(longer), "no error");
  ZipSpec damaged = member("a", long_text());
  damaged.packed = "\xff\xff\xff\xff";
  EXPECT_NE(error_of(damaged), "no error");
}

TEST(Archive, ReadsDeflatedAndStoredMembers) {
  const std::string zip = build_zip({member("a", long_text()), member("b", long_text(), false),
                                     member("empty", ""), member("void", "", false)});
  const Archive archive = Archive::from_bytes(Bytes(std::string_view(zip)));
  EXPECT_EQ(archive.read(0).bytes().text(), long_text());
  EXPECT_EQ(archive.read(1).bytes().text(), long_text());
  EXPECT_EQ(archive.read(2).size(), 0u);
  EXPECT_EQ(archive.read(3).size(), 0u);
}

TEST(Archive, ReadsPrefixes) {
  const std::string zip =
      build_zip({member("a", long_text()), member("b", "stored", false), member("c", "x")});
  const Archive archive = Archive::from_bytes(Bytes(std::string_view(zip)));
  EXPECT_EQ(archive.read_prefix(0, 5).bytes().text(), long_text().substr(0, 5));
  EXPECT_EQ(archive.read_prefix(1, 3).bytes().text(), "sto");
  EXPECT_EQ(archive.read_prefix(2, 4).bytes().text(), "x");
}

TEST(Archive, AnEntryWithoutAModeIsAnOrdinaryFile) {
  ZipSpec spec = member("a", "");
  spec.mode = 0;
  ZipSpec directory = member("d/", "");
  directory.mode = 0;
  const std::string zip = build_zip({spec, directory});
  const Archive archive = Archive::from_bytes(Bytes(std::string_view(zip)));
  EXPECT_EQ(archive.entries()[0].mode, 0100644u);
  EXPECT_EQ(archive.entries()[1].mode, 0040755u);
}

// Everything that Python's zipfile can write: other methods go through libzip, streams have data
// descriptors, force_zip64 puts ZIP64 fields into the local headers.
TEST(Archive, ReadsWhatPythonWrites) {
  const TemporaryDirectory directory;
  run_python(R"(
import sys, zipfile
content = ''.join(str(i * 7919) for i in range(20000))
class Stream:
    def __init__(self, file): self.file = file
    def write(self, data): return self.file.write(data)
    def flush(self): self.file.flush()
with open(sys.argv[1], 'wb') as file, zipfile.ZipFile(Stream(file), 'w') as archive:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
        archive.writestr(f'méthode-{method}', content, method)
    with archive.open('zip64', 'w', force_zip64=True) as member:
        member.write(content.encode())
    archive.comment = b'a comment PK\x05\x06 that looks like an end record, nearly'
)",
             {directory / "a.zip"});
  const Archive archive = Archive::open(directory / "a.zip");
  ASSERT_EQ(archive.entries().size(), 4u);
  EXPECT_EQ(archive.entries()[2].path, "méthode-12");
  for (size_t i = 0; i < archive.entries().size(); ++i) {
    EXPECT_EQ(archive.read(i).bytes().text(), long_text()) << archive.entries()[i].path;
    EXPECT_EQ(archive.read_prefix(i, 7).bytes().text(), long_text().substr(0, 7));
  }
}

TEST(Archive, ReadsManyMembersAtOnce) {
  std::vector<ZipSpec> members;
  for (int i = 0; i < 40; ++i)
    members.push_back(member("m" + std::to_string(i), long_text() + std::to_string(i)));
  const std::string zip = build_zip(members);
  const Archive archive = Archive::from_bytes(Bytes(std::string_view(zip)));
  std::vector<int> right(members.size());
  parallel_for(members.size(), 8, [&](size_t i) {
    right[i] = archive.read(i).bytes().text() == members[i].content &&
               archive.read_prefix(i, 9).bytes().text() == members[i].content.substr(0, 9);
  });
  EXPECT_EQ(right, std::vector<int>(members.size(), 1));
}

}  // namespace
}  // namespace elfwheel::wheel
