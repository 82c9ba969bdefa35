#include "elfwheel/wheel/record.h"

#include <gtest/gtest.h>

#include "support/python_judge.h"
#include "support/temporary_directory.h"
#include "support/wheel_builder.h"
#include "support/whole_file.h"
#include "wheel/error_text.h"

namespace elfwheel::wheel {
namespace {

using test::error_text;
using test::run_python;

constexpr const char* kRecordPath = "p-1.dist-info/RECORD";

Bytes bytes_of(std::string_view text) { return Bytes(text); }

std::string row_text(const RecordRow& row) {
  return row.path + "|" + row.algorithm + "|" + row.digest + "|" +
         (row.size ? std::to_string(*row.size) : "-");
}

std::string findings_text(const std::vector<RecordFinding>& findings) {
  std::string text;
  for (const RecordFinding& finding : findings)
    text += finding.path + ": " + finding.problem + "\n";
  return text;
}

TEST(Record, ParsesRows) {
  const auto rows = parse_record(
      "a.py,sha256=AbC-_d,10\r\n\n\"b,\"\"c\"\".py\",sha512=x==,0\np-1.dist-info/RECORD,,");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(row_text(rows[0]), "a.py|sha256|AbC-_d|10");
  EXPECT_EQ(row_text(rows[1]), "b,\"c\".py|sha512|x|0");
  EXPECT_EQ(row_text(rows[2]), "p-1.dist-info/RECORD|||-");
}

TEST(Record, RefusesWhatIsNoRow) {
  const auto error = [](std::string_view text) { return error_text([&] { parse_record(text); }); };
  EXPECT_EQ(error("a,,\nb,sha256=x\n"), "line 2: 2 fields, not the 3 of PATH,HASH,SIZE");
  EXPECT_EQ(error("a,b,c,d"), "line 1: 4 fields, not the 3 of PATH,HASH,SIZE");
  EXPECT_EQ(error(",sha256=x,1"), "line 1: the path is empty");
  EXPECT_EQ(error("a,0123,1"), "line 1: the hash 0123 does not name its algorithm");
  EXPECT_EQ(error("a,md5=x,1"),
            "line 1: the hash algorithm md5 is none of sha256, sha384 and sha512");
  EXPECT_EQ(error("a,sha256=x,1k"), "line 1: the size 1k is not a number");
  EXPECT_EQ(error("a,sha256=x,-1"), "line 1: the size -1 is not a number");
  EXPECT_EQ(error("a,sha256=x,99999999999999999999"),
            "line 1: the size 99999999999999999999 is not a number");
  EXPECT_EQ(error("a,,\n\"b\n\n,,"), "line 4: the quoted field has no end");
}

// Names that need quoting go through Python's csv module both ways.
TEST(Record, IsTheCsvOfPython) {
  const std::vector<std::string> names = {"plain.py", "a,b", "a\"b", "\"",
                                          "a b",      "é",   "a'b",  "a\nb"};
  std::vector<RecordRow> rows;
  for (const std::string& name : names) rows.push_back(record_row(name, bytes_of(name)));
  const test::TemporaryDirectory directory;
  test::write_file(directory / "RECORD", encode_record(rows, kRecordPath));
  const std::string theirs = run_python(R"(
import base64, csv, hashlib, io, sys
with open(sys.argv[1], newline='', encoding='utf-8') as file: rows = list(csv.reader(file))
for path, hash, size in rows[:-1]:
    digest = base64.urlsafe_b64encode(hashlib.sha256(path.encode()).digest()).rstrip(b'=').decode()
    assert hash == 'sha256=' + digest and int(size) == len(path.encode()), path
assert rows[-1] == ['p-1.dist-info/RECORD', '', ''], rows[-1]
out = io.StringIO(newline='')
csv.writer(out).writerows(rows)
sys.stdout.buffer.write(out.getvalue().encode())
)",
                                        {directory / "RECORD"});
  const auto again = parse_record(theirs);
  ASSERT_EQ(again.size(), names.size() + 1);
  for (size_t i = 0; i < names.size(); ++i) EXPECT_EQ(row_text(again[i]), row_text(rows[i]));
}

TEST(Record, WritesItselfLastAndNoSignatures) {
  const std::vector<RecordRow> rows = {{"b", "sha256", "x", 1},
                                       {std::string(kRecordPath), "", "", std::nullopt},
                                       {std::string(kRecordPath) + ".jws", "", "", std::nullopt},
                                       {std::string(kRecordPath) + ".p7s", "", "", std::nullopt},
                                       {"a", "sha384", "y", std::nullopt}};
  EXPECT_EQ(encode_record(rows, kRecordPath),
            "b,sha256=x,1\na,sha384=y,\np-1.dist-info/RECORD,,\n");
}

std::string zip_of(const std::vector<std::string>& names) {
  std::vector<test::ZipSpec> members;
  for (const std::string& name : names) {
    test::ZipSpec spec;
    spec.name = name;
    if (!name.ends_with('/')) spec.content = "content";
    if (name.ends_with('/')) spec.mode = 0040755;
    members.push_back(spec);
  }
  return test::build_zip(members);
}

TEST(CompareRecord, ListsEveryDisagreement) {
  const std::string zip = zip_of({"extra", "good", "dir/", "small", "plain", "p-1.dist-info/RECORD",
                                  "p-1.dist-info/RECORD.jws"});
  const Archive archive = Archive::from_bytes(Bytes(std::string_view(zip)));
  const std::vector<RecordRow> rows = {
      {"good", "sha256", "x", 7},         {"missing", "sha256", "x", 7},
      {"small", "sha256", "x", 8},        {"plain", "", "", std::nullopt},
      {"good", "sha256", "x", 7},         {"dir", "sha256", "x", 0},
      {kRecordPath, "", "", std::nullopt}};
  EXPECT_EQ(findings_text(compare_record(rows, archive, kRecordPath)),
            "missing: listed in RECORD, but not in the archive\n"
            "small: RECORD says 8 bytes, the archive has 7\n"
            "plain: listed in RECORD without a hash\n"
            "good: listed twice in RECORD\n"
            "dir: listed in RECORD, but not in the archive\n"
            "extra: in the archive, but not listed in RECORD\n");
}

TEST(VerifyHashes, FindsChangedAndDamagedFiles) {
  test::ZipSpec damaged;
  damaged.name = "damaged";
  damaged.content = "content";
  damaged.crc32 = 1;
  test::ZipSpec good = damaged;
  good.name = "good";
  good.crc32 = std::nullopt;
  test::ZipSpec long_hash = good;
  long_hash.name = "long";
  test::ZipSpec changed = good;
  changed.name = "changed";
  const std::string zip = test::build_zip({damaged, good, changed, long_hash});
  const Archive archive = Archive::from_bytes(Bytes(std::string_view(zip)));
  const std::vector<RecordRow> rows = {
      record_row("good", bytes_of("content")),
      record_row("changed", bytes_of("contents")),
      record_row("damaged", bytes_of("content")),
      {"long", "sha512",
       "stHShbUZnIX5iNA2ScN-RP093gHl1pxQ_vkGUZYvSBEOk0C2DUmkecTAtT9fB9aQaG3YfSSBk3pRLouF7nxhfw",
       7}};
  for (const unsigned threads : {1u, 4u})
    EXPECT_EQ(
        findings_text(verify_hashes(rows, archive, threads)),
        "changed: RECORD says sha256=0bKln76n4gB3r5-Rsn6V6GUGGycL4D_1Oas7c1h4gug, the content "
        "has sha256=7XACtDnprIRfIjV9giusFERzD722AW0-yUMil7nsn3M\n"
        "damaged: the content's CRC-32 is fec530a9, not the 00000001 that the archive says\n");
}

TEST(ThrowFindings, NamesTheFirstAndCountsTheRest) {
  throw_findings({});
  EXPECT_EQ(error_text([] { throw_findings({{"a", "bad"}}); }), "a: bad");
  EXPECT_EQ(error_text([] {
              throw_findings({{"a\n", "bad"}, {"b", "x"}, {"c", "y"}});
            }),
            "a\\x0a: bad (and 2 more)");
}

}  // namespace
}  // namespace elfwheel::wheel
