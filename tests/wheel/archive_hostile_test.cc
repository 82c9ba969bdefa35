// Archives that contradict themselves or would harm who unpacks them: each is refused with one
// line that names the entry.
#include <gtest/gtest.h>

#include "elfwheel/wheel/archive.h"
#include "support/python_judge.h"
#include "support/temporary_directory.h"
#include "support/wheel_builder.h"
#include "wheel/error_text.h"

namespace elfwheel::wheel {
namespace {

using test::build_zip;
using test::error_text;
using test::extra_field;
using test::zip64_end;
using test::zip_bytes;
using test::ZipSpec;

ZipSpec member(const std::string& name, const std::string& content = "content") {
  ZipSpec spec;
  spec.name = name;
  spec.content = content;
  return spec;
}

std::string open_error(const std::string& zip, const ArchiveLimits& limits = {}) {
  return error_text([&] { Archive::from_bytes(Bytes(std::string_view(zip)), limits); });
}

std::string open_error(const std::vector<ZipSpec>& members, const ArchiveLimits& limits = {}) {
  return open_error(build_zip(members), limits);
}

std::string read_error(const ZipSpec& spec) {
  const std::string zip = build_zip({spec});
  return error_text([&] { Archive::from_bytes(Bytes(std::string_view(zip))).read(0); });
}

TEST(HostileArchive, NotAZip) {
  EXPECT_EQ(open_error(""),
            "not a zip archive: there is no end-of-central-directory record at its end");
  EXPECT_EQ(open_error(std::string(100'000, 'x')),
            "not a zip archive: there is no end-of-central-directory record at its end");
}

TEST(HostileArchive, BytesBehindTheEnd) {
  EXPECT_EQ(open_error(build_zip({member("a")}) + "x"),
            "not a zip archive: there is no end-of-central-directory record at its end");
}

TEST(HostileArchive, BytesBeforeTheBeginning) {
  EXPECT_EQ(open_error("#!/bin/sh\n" + build_zip({member("a")})),
            "the central directory (offset 0x26, size 0x2f) does not end where the end record "
            "begins (0x5f)");
}

TEST(HostileArchive, ADirectoryTooSmallForItsEntries) {
  std::string zip = build_zip({member("a")});
  zip[zip.size() - 22 + 8] = zip[zip.size() - 22 + 10] = 2;
  EXPECT_EQ(open_error(zip), "the central directory has 0x2f bytes, too few for 2 entries");
}

TEST(HostileArchive, SeveralDisks) {
  std::string zip = build_zip({member("a")});
  zip[zip.size() - 22 + 4] = 1;
  EXPECT_EQ(open_error(zip), "the archive is spread over several disks");
}

TEST(HostileArchive, AZip64ArchiveWithoutItsRecords) {
  std::string zip = build_zip({member("a")});
  zip[zip.size() - 22 + 10] = zip[zip.size() - 22 + 11] = '\xff';
  EXPECT_EQ(open_error(zip), "not a zip archive: it asks for a ZIP64 record and has none");
}

TEST(HostileArchive, NamesThatLeaveTheDirectory) {
  EXPECT_EQ(open_error({member("../a")}), "../a: the name leaves the directory");
  EXPECT_EQ(open_error({member("a/../../b")}), "a/../../b: the name leaves the directory");
  EXPECT_EQ(open_error({member("a/..")}), "a/..: the name leaves the directory");
  EXPECT_EQ(open_error({member("/etc/passwd")}), "/etc/passwd: the name is an absolute path");
  EXPECT_EQ(open_error({member("c:/a")}), "c:/a: the name is an absolute path");
  EXPECT_EQ(open_error({member("a\\b")}), "a\\b: the name has a backslash");
}

TEST(HostileArchive, NamesThatNoFileHas) {
  EXPECT_EQ(open_error({member("")}), "an entry without a name: the name is empty");
  EXPECT_EQ(open_error({member("/")}), "/: the name is an absolute path");
  EXPECT_EQ(open_error({member("a//b")}), "a//b: the name has an empty part");
  EXPECT_EQ(open_error({member("./a")}), "./a: the name has an empty part");
  EXPECT_EQ(open_error({member(std::string("a\0b", 3))}), "a\\x00b: the name has a NUL byte");
}

TEST(HostileArchive, NamesThatReadersUnderstandDifferently) {
  ZipSpec unmarked = member("caf\xc3\xa9");
  unmarked.flags = 0;
  EXPECT_EQ(open_error({unmarked}), "caf\xc3\xa9: the name is neither ASCII nor marked as UTF-8");
  EXPECT_EQ(open_error({member("caf\xe9")}),
            "caf\xe9: the name is neither ASCII nor marked as UTF-8");
  ZipSpec other = member("good");
  other.local_name = "evil";
  EXPECT_EQ(open_error({other}), "good: the local header at 0x0 calls it evil");
}

TEST(HostileArchive, MessagesStayOnOneLine) {
  EXPECT_EQ(open_error({member("a\nb/../c")}), "a\\x0ab/../c: the name leaves the directory");
}

TEST(HostileArchive, TwoEntriesOfOneName) {
  EXPECT_EQ(open_error({member("a/b"), member("c"), member("a/b")}),
            "a/b: the archive has two entries of this name");
  ZipSpec directory = member("a/", "");
  directory.mode = 0040755;
  EXPECT_EQ(open_error({member("a"), directory}), "a: the archive has two entries of this name");
}

TEST(HostileArchive, AFileThatIsADirectoryToo) {
  EXPECT_EQ(open_error({member("a"), member("a/b")}),
            "a/b: the archive has a file of the name a too");
}

TEST(HostileArchive, LinksAndDevices) {
  ZipSpec link = member("lib/libx.so", "libx.so.1");
  link.mode = 0120777;
  EXPECT_EQ(open_error({link}),
            "lib/libx.so: the entry is a symbolic link: wheels cannot have links");
  ZipSpec device = member("null");
  device.mode = 0020666;
  EXPECT_EQ(open_error({device}), "null: the mode 20666 is not that of a file");
  ZipSpec directory = member("d/", "");
  directory.mode = 0100644;
  EXPECT_EQ(open_error({directory}), "d/: the mode 100644 is not that of a directory");
}

TEST(HostileArchive, ADirectoryWithContent) {
  ZipSpec directory = member("d/", "content");
  directory.mode = 0040755;
  EXPECT_EQ(open_error({directory}), "d/: the entry is a directory and has content");
}

TEST(HostileArchive, Encryption) {
  ZipSpec secret = member("a");
  secret.flags = 1;
  EXPECT_EQ(open_error({secret}), "a: the entry is encrypted");
}

TEST(HostileArchive, EntriesThatShareTheirBytes) {
  ZipSpec second = member("a");
  second.local_of = 0;
  second.name = "b";
  ZipSpec first = member("a");
  EXPECT_EQ(open_error({first, second}), "b: the local header at 0x0 calls it a");
  // The same name is a duplicate in any case; two ranges that overlap are not.
  ZipSpec inner = member("inner", "x");
  ZipSpec outer = member("outer");
  outer.content = build_zip({inner}).substr(0, 36);
  inner.local_of = 0;
  std::string zip = build_zip({outer, inner});
  const size_t inside = 35;  // behind the outer local header and its name
  const size_t directory = zip.size() - 22 - 51;
  zip[directory + 42] = static_cast<char>(inside);
  EXPECT_EQ(open_error(zip), "inner: the entry overlaps another one");
}

TEST(HostileArchive, TwoHeadersThatDisagree) {
  ZipSpec method = member("a");
  method.local_method = 8;
  EXPECT_EQ(open_error({method}),
            "a: the compression method is 8 in the local header and 0 in the directory");
  ZipSpec size = member("a");
  size.local_size = 8;
  EXPECT_EQ(open_error({size}),
            "a: size or CRC-32 differ between the local header and the directory");
}

TEST(HostileArchive, DataThatEndsBehindTheFile) {
  ZipSpec spec = member("a");
  spec.size = spec.compressed_size = 0x10000;
  EXPECT_EQ(open_error({spec}),
            "a: packed data: offset 0x1f + size 0x10000 exceeds the 0x6b bytes available");
}

TEST(HostileArchive, DataThatReachesIntoTheDirectory) {
  ZipSpec spec = member("a");
  spec.size = spec.compressed_size = 8;
  EXPECT_EQ(open_error({spec}), "a: the entry overlaps the central directory");
}

TEST(HostileArchive, StoredDataOfTwoSizes) {
  ZipSpec spec = member("a");
  spec.size = 1000;
  EXPECT_EQ(open_error({spec}), "a: the entry is stored, yet 7 bytes are said to be 1000");
}

TEST(HostileArchive, Bombs) {
  ArchiveLimits limits;
  limits.free_size = 1000;
  ZipSpec spec = member("zeros", std::string(1'000'000, '\0'));
  spec.deflate = true;
  const std::string packed =
      std::to_string(compress(Bytes(std::string_view(spec.content)), 9).packed_size());
  EXPECT_EQ(open_error({member("a"), spec}, limits),
            "zeros: " + packed + " bytes inflate to 1000000, more than 500 times as much");
  limits = {};
  limits.member_size = 10;
  EXPECT_EQ(open_error({spec}, limits), "zeros: the entry inflates to 1000000 bytes, more than 10");
  limits = {};
  limits.total_size = 10;
  EXPECT_EQ(open_error({member("a"), member("b")}, limits),
            "b: the archive inflates to more than 10 bytes");
  limits = {};
  limits.entries = 1;
  EXPECT_EQ(open_error({member("a"), member("b")}, limits),
            "the archive has 2 entries, more than 1");
}

TEST(HostileArchive, ContentThatIsNotWhatTheDirectorySays) {
  ZipSpec spec = member("a", std::string(1000, 'x'));
  spec.deflate = true;
  ZipSpec longer = spec;
  longer.size = 999;
  EXPECT_EQ(read_error(longer),
            "a: the content is longer than the 999 bytes that the archive says");
  ZipSpec shorter = spec;
  shorter.size = 1001;
  EXPECT_EQ(read_error(shorter),
            "a: the content has 1000 bytes, not the 1001 that the archive says");
  ZipSpec checksum = spec;
  checksum.crc32 = 1;
  EXPECT_EQ(read_error(checksum),
            "a: the content's CRC-32 is 3b41c9e6, not the 00000001 that the archive says");
  ZipSpec damaged = spec;
  damaged.packed = "\xff\xff\xff\xff";
  EXPECT_EQ(read_error(damaged), "a: the packed data is damaged");
  ZipSpec unknown = spec;
  unknown.method = 98;
  EXPECT_EQ(read_error(unknown), "a: compression method 98 is not supported");
}

TEST(HostileArchive, EntriesOfABombThatQuoteEachOther) {
  // "A better zip bomb": each entry's data begins with the next one's local header, in a stored
  // block of deflate, so that all share one kernel at the end.
  std::string kernel = "kernel";
  ZipSpec last = member("c", kernel);
  const std::string quoted = build_zip({last}).substr(0, 31 + kernel.size());
  ZipSpec outer = member("b", quoted);
  ZipSpec inner = member("c", kernel);
  inner.local_of = 0;
  std::string zip = build_zip({outer, inner});
  zip[zip.size() - 22 - 47 + 42] = 31;  // c's local header is b's data
  EXPECT_EQ(open_error(zip), "c: the entry overlaps another one");
}

TEST(HostileArchive, AnArchiveInAnArchiveIsAFile) {
  ZipSpec bomb = member("zeros", std::string(1'000'000, '\0'));
  bomb.deflate = true;
  ZipSpec outer = member("inner.zip", build_zip({bomb}));
  outer.deflate = true;
  const std::string zip = build_zip({outer});
  const Archive archive = Archive::from_bytes(Bytes(std::string_view(zip)));
  EXPECT_EQ(archive.read(0).bytes().text(), outer.content);
}

TEST(HostileArchive, AnEntryThatIsNotListed) {
  const std::string hidden = build_zip({member("hidden")}).substr(0, 30 + 6 + 7);
  ZipSpec first = member("a");
  first.behind = hidden;
  EXPECT_EQ(open_error({first, member("b")}),
            "a: an entry follows it that the directory does not list");
  EXPECT_EQ(open_error({member("b"), first}),
            "a: an entry follows it that the directory does not list");
  ZipSpec padded = member("a");
  padded.behind = std::string(100, '\0');
  EXPECT_EQ(open_error({padded, member("b")}), "no error");
}

TEST(HostileArchive, BytesBeforeTheFirstEntry) {
  ZipSpec first = member("a");
  first.ahead = "#!/bin/sh\n";
  EXPECT_EQ(open_error({first}), "a: there are bytes before the archive's first entry");
}

// An entry whose sizes follow its data.
ZipSpec streamed(const std::string& descriptor) {
  ZipSpec spec = member("a");
  spec.flags = 1 << 11 | 1 << 3;
  spec.local_size = spec.local_compressed_size = spec.local_crc32 = 0;
  spec.behind = descriptor;
  return spec;
}

TEST(HostileArchive, DataDescriptorsThatLie) {
  const std::string crc = zip_bytes(compress(Bytes(std::string_view("content")), 0).crc32, 4);
  const std::string signature = zip_bytes(0x08074b50, 4);
  const std::string short_sizes = zip_bytes(7, 4) + zip_bytes(7, 4);
  const std::string long_sizes = zip_bytes(7, 8) + zip_bytes(7, 8);
  for (const std::string& start : {signature, std::string()})
    for (const std::string& sizes : {short_sizes, long_sizes})
      EXPECT_EQ(open_error({streamed(start + crc + sizes), member("b")}), "no error");
  const std::string lie = "a: its data descriptor is missing, or differs from the directory";
  EXPECT_EQ(open_error({streamed("")}), lie);
  EXPECT_EQ(open_error({streamed(signature + crc + zip_bytes(7, 4) + zip_bytes(8, 4))}), lie);
  EXPECT_EQ(open_error({streamed(signature + zip_bytes(1, 4) + short_sizes)}), lie);
  ZipSpec local = streamed(signature + crc + short_sizes);
  local.local_size = 8;
  EXPECT_EQ(open_error({local}),
            "a: size or CRC-32 differ between the local header and the directory");
}

TEST(HostileArchive, FlagsThatDiffer) {
  ZipSpec spec = member("a");
  spec.local_flags = 1 << 11 | 1;
  EXPECT_EQ(open_error({spec}),
            "a: the flags are 0x801 in the local header and 0x800 in the directory");
  spec.local_flags = 1 << 11 | 2 << 1;  // packed fast
  EXPECT_EQ(open_error({spec}), "no error");
}

TEST(HostileArchive, ExtraFieldsThatLie) {
  const auto with_extras = [](const std::string& directory, const std::string& local) {
    ZipSpec spec = member("a");
    spec.extra = directory;
    spec.local_extra = local;
    return spec;
  };
  const std::string times = extra_field(0x5455, "\1\0\0\0\0");
  EXPECT_EQ(open_error({with_extras(times, times)}), "no error");
  EXPECT_EQ(open_error({with_extras(times + "xx", times)}), "no error");
  const std::string overlong = zip_bytes(0x5455, 2) + zip_bytes(9, 2);
  EXPECT_EQ(open_error({with_extras(overlong, "")}), "a: an extra field ends behind its header");
  EXPECT_EQ(open_error({with_extras("", overlong)}), "a: an extra field ends behind its header");
  const std::string path = extra_field(0x7075, "\1....evil");
  EXPECT_EQ(open_error({with_extras(path, "")}), "a: an extra field calls it evil");
  EXPECT_EQ(open_error({with_extras("", path)}), "a: an extra field calls it evil");
  EXPECT_EQ(open_error({with_extras(extra_field(0x7075, "\1....a"), "")}), "no error");
  const std::string sizes = extra_field(1, zip_bytes(7, 8) + zip_bytes(7, 8));
  EXPECT_EQ(open_error({with_extras(sizes, sizes)}), "no error");
  EXPECT_EQ(open_error({with_extras(sizes + sizes, "")}),
            "a: there are two extra fields of the kind 0x1");
  const std::string others = extra_field(1, zip_bytes(7, 8) + zip_bytes(8, 8));
  const std::string lie = "a: the ZIP64 extra field has other sizes than the header";
  EXPECT_EQ(open_error({with_extras(others, "")}), lie);
  EXPECT_EQ(open_error({with_extras("", others)}), lie);
}

TEST(HostileArchive, Zip64SizesThatLie) {
  ZipSpec spec = member("a");
  spec.size = spec.compressed_size = 0xffffffff;
  spec.local_size = spec.local_compressed_size = 0xffffffff;
  spec.extra = spec.local_extra = extra_field(1, zip_bytes(7, 8) + zip_bytes(7, 8));
  EXPECT_EQ(open_error({spec}), "no error");
  ZipSpec local = spec;
  local.local_extra = extra_field(1, zip_bytes(7, 8) + zip_bytes(6, 8));
  EXPECT_EQ(open_error({local}),
            "a: size or CRC-32 differ between the local header and the directory");
  local.local_extra = "";
  EXPECT_EQ(open_error({local}),
            "a: size or CRC-32 differ between the local header and the directory");
  ZipSpec huge = spec;
  huge.extra = extra_field(1, zip_bytes(uint64_t{1} << 62, 8) + zip_bytes(7, 8));
  EXPECT_EQ(open_error({huge}),
            "a: the entry is stored, yet 7 bytes are said to be 4611686018427387904");
  huge.extra = extra_field(1, zip_bytes(uint64_t{1} << 62, 8) + zip_bytes(uint64_t{1} << 62, 8));
  EXPECT_EQ(open_error({huge}),
            "a: the entry inflates to 4611686018427387904 bytes, more than 17179869184");
  ZipSpec cut = spec;
  cut.extra = extra_field(1, zip_bytes(7, 8));
  EXPECT_EQ(open_error({cut}),
            "a: ZIP64 extra field: offset 0x8 + size 0x8 exceeds the 0x8 bytes available");
}

TEST(HostileArchive, AnEndThatNobodyAskedForAndPythonGoesBy) {
  // The directory of "b" lies in the comment of "a", and a ZIP64 end record leads to it.
  const std::string other = build_zip({member("b")});
  const size_t local_size = 30 + 1 + 7;
  const std::string directory = other.substr(local_size, other.size() - 22 - local_size);
  ZipSpec first = member("a");
  first.behind = other.substr(0, local_size);
  const size_t directory_offset = 2 * local_size + 47;  // a's header, then its comment
  std::string moved = directory;
  moved[42] = static_cast<char>(local_size);
  first.comment =
      moved + zip64_end(directory_offset + moved.size(), 1, moved.size(), directory_offset);
  const std::string zip = build_zip({first});
  const test::TemporaryDirectory directory_of_test;
  directory_of_test.write("a.zip", zip);
  EXPECT_EQ(test::run_python("import zipfile, sys; print(zipfile.ZipFile(sys.argv[1]).namelist())",
                             {directory_of_test / "a.zip"}),
            "['b']\n");
  EXPECT_EQ(open_error(zip), "the end record and the ZIP64 end record disagree");
}

TEST(HostileArchive, Zip64EndsThatLie) {
  const std::string zip = build_zip({member("a")});
  const size_t size = 47;
  const size_t offset = zip.size() - 22 - size;
  const size_t end = zip.size() - 22;
  EXPECT_EQ(open_error(build_zip({member("a")}, "", zip64_end(end, 1, size, offset))), "no error");
  const std::string disagree = "the end record and the ZIP64 end record disagree";
  EXPECT_EQ(open_error(build_zip({member("a")}, "", zip64_end(end, 2, size, offset))), disagree);
  EXPECT_EQ(open_error(build_zip({member("a")}, "", zip64_end(end, 1, size + 1, offset))),
            disagree);
  EXPECT_EQ(open_error(build_zip({member("a")}, "", zip64_end(end, 1, size, offset - 1))),
            disagree);
  const std::string elsewhere =
      "not a zip archive: its ZIP64 end record is not where its locator says";
  EXPECT_EQ(open_error(build_zip({member("a")}, "", zip64_end(end - 1, 1, size, offset))),
            elsewhere);
  std::string sector = zip64_end(end, 1, size, offset);  // an extensible data sector
  sector.insert(56, "data");
  sector[4] += 4;
  EXPECT_EQ(open_error(build_zip({member("a")}, "", sector)), elsewhere);
}

TEST(HostileArchive, CommentsThatHoldAnotherEnd) {
  const std::string zip = build_zip({member("a")});
  EXPECT_EQ(open_error(build_zip({member("a")}, "a comment")), "no error");
  EXPECT_EQ(open_error(build_zip({member("a")}, "PK\5\6 is how an end begins")), "no error");
  const std::string other = build_zip({member("b")});
  EXPECT_EQ(open_error(build_zip({member("a")}, other)),
            "the archive's comment holds a second end record");
}

TEST(HostileArchive, EveryPrefixIsRefused) {
  ZipSpec spec = member("pkg/a.txt", "some text that deflates, some text that deflates");
  spec.deflate = true;
  const std::string zip = build_zip({spec, member("b")}, "a comment");
  for (size_t size = 0; size < zip.size(); ++size)
    EXPECT_NE(open_error(zip.substr(0, size)), "no error") << size;
}

TEST(HostileArchive, EveryFlippedBitIsAnErrorOrTheSameContent) {
  ZipSpec spec = member("pkg/a.txt", "some text that deflates, some text that deflates");
  spec.deflate = true;
  const std::string zip = build_zip({spec, member("b")});
  for (size_t bit = 0; bit < zip.size() * 8; ++bit) {
    std::string flipped = zip;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    try {
      const Archive archive = Archive::from_bytes(Bytes(std::string_view(flipped)));
      for (size_t i = 0; i < archive.entries().size(); ++i) {
        const Buffer content = archive.read(i);
        EXPECT_TRUE(content.bytes().text() == spec.content || content.bytes().text() == "content")
            << "bit " << bit;
      }
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace elfwheel::wheel
