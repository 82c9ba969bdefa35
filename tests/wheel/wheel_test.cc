#include "elfwheel/wheel/wheel.h"

#include <gtest/gtest.h>

#include "support/temporary_directory.h"
#include "support/wheel_builder.h"
#include "support/whole_file.h"
#include "wheel/error_text.h"

namespace elfwheel::wheel {
namespace {

using test::build_wheel;
using test::error_text;
using test::TemporaryDirectory;
using test::WheelSpec;
using test::write_file;

std::string open_error(const WheelSpec& spec, const std::string& file_name = "") {
  const TemporaryDirectory directory;
  const std::string path = directory / (file_name.empty() ? spec.file_name() : file_name);
  write_file(path, build_wheel(spec));
  return error_text([&] { Wheel::open(path); });
}

TEST(Wheel, OpensAWholeWheel) {
  const TemporaryDirectory directory;
  WheelSpec spec;
  spec.requires_python = ">=3.9";
  spec.files["pkg/_x.so"] =
      "\x7f"
      "ELF";
  write_file(directory / spec.file_name(), build_wheel(spec));
  const Wheel wheel = Wheel::open(directory / spec.file_name());
  EXPECT_EQ(wheel.name.distribution, "pkg");
  EXPECT_EQ(wheel.dist_info, "pkg-1.0.dist-info");
  EXPECT_EQ(wheel.record_path(), "pkg-1.0.dist-info/RECORD");
  EXPECT_EQ(wheel.metadata.requires_python, ">=3.9");
  EXPECT_EQ(wheel.record.size(), 5u);
  EXPECT_FALSE(wheel.wheel_fields.root_is_purelib);
  EXPECT_TRUE(wheel.verify().empty());
  ASSERT_EQ(wheel.schemes().size(), 4u);
  EXPECT_EQ(wheel.schemes()[0].label, "CPython 3.11 (lib)");
}

TEST(Wheel, OpensUnderAnotherName) {
  const TemporaryDirectory directory;
  const WheelSpec spec;
  write_file(directory / "temporary", build_wheel(spec));
  EXPECT_EQ(Wheel::open_as(directory / "temporary", spec.file_name()).name.version, "1.0");
  EXPECT_EQ(error_text([&] { Wheel::open(directory / "temporary"); }),
            "not a wheel's file name: expected "
            "DISTRIBUTION-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl");
}

TEST(Wheel, SaysThatTheFileIsMissing) {
  EXPECT_EQ(error_text([] { Wheel::open("/nowhere/pkg-1.0-py3-none-any.whl"); }),
            "cannot open: No such file or directory");
}

TEST(Wheel, NeedsOneDistInfo) {
  const TemporaryDirectory directory;
  const std::string path = directory / "pkg-1.0-py3-none-any.whl";
  write_file(path, test::build_zip({{"pkg/__init__.py", ""}, {"x.dist-info", ""}}));
  EXPECT_EQ(error_text([&] { Wheel::open(path); }), "not a wheel: no .dist-info directory");
  WheelSpec two;
  two.files["other-2.dist-info/METADATA"] = "";
  EXPECT_EQ(open_error(two), "two .dist-info directories: other-2.dist-info and pkg-1.0.dist-info");
}

TEST(Wheel, NeedsEveryPartOfDistInfo) {
  for (const char* part : {"WHEEL", "METADATA", "RECORD"}) {
    WheelSpec spec;
    spec.left_out = {part};
    EXPECT_EQ(open_error(spec), std::string("pkg-1.0.dist-info/") + part + ": not in the archive");
  }
}

TEST(Wheel, NamesMustAgree) {
  EXPECT_EQ(open_error({}, "other-1.0-py3-none-any.whl"),
            "pkg-1.0.dist-info is not of other-1.0, as the file name says");
  EXPECT_EQ(open_error({}, "pkg-2.0-py3-none-any.whl"),
            "pkg-1.0.dist-info is not of pkg-2.0, as the file name says");
  WheelSpec name;
  name.metadata = "Name: other\nVersion: 1.0\n";
  EXPECT_EQ(open_error(name), "pkg-1.0.dist-info/METADATA: Name is other, the file name says pkg");
  WheelSpec version;
  version.metadata = "Name: pkg\nVersion: 2\n";
  EXPECT_EQ(open_error(version),
            "pkg-1.0.dist-info/METADATA: Version is 2, the file name says 1.0");
}

TEST(Wheel, NamesMayBeSpeltDifferently) {
  WheelSpec spec;
  spec.distribution = "My_Pkg";
  spec.version = "1.0rc1";
  spec.metadata = "Name: my.pkg\nVersion: 1.0-RC.1\n";
  EXPECT_EQ(open_error(spec), "no error");
}

TEST(Wheel, ErrorsInPartsNameThePart) {
  WheelSpec spec;
  spec.wheel_file = "Wheel-Version: 1.0\n";
  EXPECT_EQ(open_error(spec), "pkg-1.0.dist-info/WHEEL: there is no Root-Is-Purelib field");
  spec = {};
  spec.metadata = "Version: 1.0\n";
  EXPECT_EQ(open_error(spec), "pkg-1.0.dist-info/METADATA: there is no Name field");
  spec = {};
  spec.record = "a,b\n";
  EXPECT_EQ(open_error(spec),
            "pkg-1.0.dist-info/RECORD: line 1: 2 fields, not the 3 of PATH,HASH,SIZE");
}

TEST(Wheel, EveryFileHasAPlace) {
  WheelSpec spec;
  spec.files["pkg-1.0.data/bin/tool"] = "";
  EXPECT_EQ(open_error(spec),
            "pkg-1.0.data/bin/tool: bin is no install scheme key (data, headers, "
            "platlib, purelib, scripts)");
  spec.files = {{"pkg-1.0.data/scripts", ""}};
  EXPECT_EQ(open_error(spec),
            "pkg-1.0.data/scripts: a file in a .data directory must be below one "
            "of data, headers, platlib, purelib, scripts");
}

TEST(Wheel, RecordMustAgree) {
  WheelSpec spec;
  test::ZipSpec extra;
  extra.name = "pkg/extra.py";
  spec.more = {extra};
  EXPECT_EQ(open_error(spec), "pkg/extra.py: in the archive, but not listed in RECORD");
  spec = {};
  spec.record = "pkg/gone.py,sha256=x,1\n";
  EXPECT_EQ(open_error(spec), "pkg/gone.py: listed in RECORD, but not in the archive (and 3 more)");
}

TEST(Wheel, VerifyFindsALieAboutContent) {
  const TemporaryDirectory directory;
  WheelSpec spec;
  spec.files = {{"a.py", "one"}};
  spec.record =
      "a.py,sha256=AAAA,3\npkg-1.0.dist-info/METADATA,sha256=AAAA,\n"
      "pkg-1.0.dist-info/WHEEL,sha256=AAAA,\npkg-1.0.dist-info/RECORD,,\n";
  write_file(directory / spec.file_name(), build_wheel(spec));
  const auto findings = Wheel::open(directory / spec.file_name()).verify(2);
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].path, "a.py");
  EXPECT_EQ(findings[0].problem,
            "RECORD says sha256=AAAA, the content has "
            "sha256=dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z_0Me0");
}

TEST(Wheel, NoPrefixOfAWheelIsAWheel) {
  const TemporaryDirectory directory;
  const WheelSpec spec;
  const std::string whole = build_wheel(spec);
  for (size_t length = 0; length < whole.size(); ++length) {
    const std::string prefix = whole.substr(0, length);
    EXPECT_EQ(error_text([&] { Archive::from_bytes(Bytes(std::string_view(prefix))); }),
              "not a zip archive: there is no end-of-central-directory record at its end")
        << length;
  }
  write_file(directory / spec.file_name(), whole.substr(0, whole.size() - 1));
  EXPECT_EQ(error_text([&] { Wheel::open(directory / spec.file_name()); }),
            "not a zip archive: there is no end-of-central-directory record at its end");
}

}  // namespace
}  // namespace elfwheel::wheel
