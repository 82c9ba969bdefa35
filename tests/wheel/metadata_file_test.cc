#include "elfwheel/wheel/metadata_file.h"

#include <gtest/gtest.h>

#include "elfwheel/wheel/wheel_name.h"
#include "support/python_judge.h"
#include "support/temporary_directory.h"
#include "support/wheel_builder.h"
#include "support/whole_file.h"
#include "wheel/error_text.h"

namespace elfwheel::wheel {
namespace {

using test::error_text;
using Values = std::vector<std::string>;

constexpr std::string_view kWheel =
    "Wheel-Version: 1.0\nGenerator: g (1)\nRoot-Is-Purelib: false\n"
    "Tag: cp311-cp311-linux_x86_64\nBuild: 7\n";

std::string changed(std::string_view text, const PlatformChange& change) {
  MetadataFile file = MetadataFile::parse(text);
  change_platforms(file, change);
  return file.encode();
}

TEST(MetadataFile, FindsFieldsInAnyCase) {
  const auto file = MetadataFile::parse("Name:  pkg \nTag: a\nTAG:b\nEmpty:\n\nTag: body\n");
  EXPECT_EQ(file.find("name"), "pkg");
  EXPECT_EQ(file.find_all("Tag"), (Values{"a", "b"}));
  EXPECT_EQ(file.find("Empty"), "");
  EXPECT_EQ(file.find("Version"), std::nullopt);
  EXPECT_EQ(error_text([&] { file.require("Version"); }), "there is no Version field");
  EXPECT_EQ(error_text([&] { file.require("Empty"); }), "there is no Empty field");
}

TEST(MetadataFile, EncodesWhatItParsed) {
  for (const char* text : {"", "\n", "A: b", "A: b\r\nC: d\r\n\r\nbody\r\n", "no field\nA: b\n",
                           " indented\nA: b\n", "A: b\n  more\n\tand more\n\nbody: x\n"})
    EXPECT_EQ(MetadataFile::parse(text).encode(), text);
}

// What ends the fields, what a field's name may be, continuation lines: Python's email parser
// decides, since installers read these files with it.
TEST(MetadataFile, ReadsWhatPythonReads) {
  const Values texts = {"A: b\nC:d\n\nE: f\n", "A: b\n more\nC: d\n", "A: b\nnot a field\nC: d\n",
                        "A b: c\nC: d\n",      "A: b\r\nC: d\r\n",    "A: b:c\nC: \n",
                        "A: b\n\n\nC: d\n",    ": x\nC: d\n",         "A\xc3\xa9: b\nC: d\n"};
  std::string ours;
  for (const std::string& text : texts) {
    const auto file = MetadataFile::parse(text);
    for (const char* name : {"A", "C", "E"}) {
      auto value = file.find(name).value_or("none");
      for (size_t at = 0; (at = value.find('\n')) != value.npos;) value.replace(at, 1, " ");
      ours += value + "|";
    }
    ours += "\n";
  }
  EXPECT_EQ(ours, test::run_python(R"(
import email, email.policy, sys
for text in sys.argv[1:]:
    message = email.message_from_string(text)
    for name in 'ACE':
        value = message.get(name, 'none')
        print(' '.join(line.strip() for line in value.splitlines()), end='|')
    print()
)",
                                   texts));
}

TEST(MetadataFile, AppendsBehindALineWithoutAnEnd) {
  auto file = MetadataFile::parse("A: b\r\nC: d");
  file.append("E", "f");
  EXPECT_EQ(file.encode(), "A: b\r\nC: d\r\nE: f\r\n");
}

TEST(WheelFields, ReadsAWheelFile) {
  const auto fields = parse_wheel_fields(MetadataFile::parse(kWheel));
  EXPECT_EQ(fields.wheel_version, "1.0");
  EXPECT_FALSE(fields.root_is_purelib);
  ASSERT_EQ(fields.tags.size(), 1u);
  EXPECT_EQ(tag_text(fields.tags[0]), "cp311-cp311-linux_x86_64");
}

TEST(WheelFields, RefusesWhatItDoesNotUnderstand) {
  const auto error = [](std::string_view text) {
    return error_text([&] { parse_wheel_fields(MetadataFile::parse(text)); });
  };
  EXPECT_EQ(error(""), "there is no Wheel-Version field");
  EXPECT_EQ(error("Wheel-Version: 1.0\n"), "there is no Root-Is-Purelib field");
  EXPECT_EQ(error("Wheel-Version: 2.0\nRoot-Is-Purelib: true\n"), "Wheel-Version 2.0 is not 1.x");
  EXPECT_EQ(error("Wheel-Version: 1.0\nRoot-Is-Purelib: maybe\n"),
            "Root-Is-Purelib is maybe, neither true nor false");
  EXPECT_EQ(error("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: x\n"),
            "x is not a tag: expected PYTHON-ABI-PLATFORM");
}

TEST(ChangePlatforms, PutsTagsLast) {
  EXPECT_EQ(changed(kWheel, {{"linux_x86_64"}, {"manylinux_2_17_x86_64", "manylinux2014_x86_64"}}),
            "Wheel-Version: 1.0\nGenerator: g (1)\nRoot-Is-Purelib: false\nBuild: 7\n"
            "Tag: cp311-cp311-manylinux_2_17_x86_64\nTag: cp311-cp311-manylinux2014_x86_64\n");
}

TEST(ChangePlatforms, ChangesNothingWithoutNeed) {
  EXPECT_EQ(changed(kWheel, {{"linux_i686"}, {}}), kWheel);
  EXPECT_EQ(changed(kWheel, {{}, {"linux_x86_64"}}), kWheel);
}

TEST(ChangePlatforms, MakesAPurelibWheelAPlatlibOne) {
  EXPECT_EQ(changed("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
                    {{"linux_x86_64"}, {"manylinux1_x86_64"}}),
            "Wheel-Version: 1.0\nTag: py3-none-manylinux1_x86_64\nRoot-Is-Purelib: False\n");
}

// auditwheel writes the same fields in the same order, and the same file name.
TEST(ChangePlatforms, AgreesWithAuditwheel) {
  struct Case {
    std::string tag;
    std::string lines;
  };
  const std::vector<Case> cases = {
      {"cp311-cp311-linux_x86_64", "Tag: cp311-cp311-linux_x86_64\n"},
      {"py2.py3-none-any", "Tag: py2-none-any\nTag: py3-none-any\n"},
      {"py2.py3-none-linux_x86_64",
       "Tag: py2-none-linux_x86_64\nTag: py3-none-linux_x86_64\nBuild: 1\n"},
      {"cp39-abi3-linux_x86_64.manylinux2014_x86_64",
       "Tag: cp39-abi3-linux_x86_64\nTag: cp39-abi3-manylinux2014_x86_64\n"}};
  const PlatformChange change{{"linux_x86_64"}, {"manylinux_2_17_x86_64", "manylinux2014_x86_64"}};
  for (const Case& one : cases) {
    const test::TemporaryDirectory directory;
    test::WheelSpec spec;
    spec.tag = one.tag;
    spec.wheel_file = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n" + one.lines;
    test::write_file(directory / spec.file_name(), test::build_wheel(spec));
    const std::string theirs = test::run_python(R"(
import pathlib, sys
from auditwheel.wheeltools import InWheelCtx, add_platforms
wheel, out, remove, *add = sys.argv[1:]
with InWheelCtx(pathlib.Path(wheel), pathlib.Path(out)) as context:
    context.out_wheel = pathlib.Path(out) / pathlib.Path(wheel).name
    name = add_platforms(context, add, [remove]).name
    text = next(pathlib.Path(context.path).glob('*.dist-info/WHEEL')).read_text()
    context.out_wheel = None
print(name)
print(text.rstrip())
)",
                                                {directory / spec.file_name(), directory.path(),
                                                 change.remove[0], change.add[0], change.add[1]});
    const auto name = with_platforms(parse_wheel_name(spec.file_name()), change);
    EXPECT_EQ(name.file_name() + "\n" + changed(*spec.wheel_file, change), theirs) << one.tag;
  }
}

TEST(Metadata, ReadsWhatItNeeds) {
  const Metadata metadata = parse_metadata(MetadataFile::parse(
      "Metadata-Version: 2.1\nName: Pkg\nVersion: 1.0\nRequires-Dist: a (>=1)\n"
      "Requires-Python: >=3.8\nRequires-Dist: b; extra == 'x'\n\nRequires-Dist: body\n"));
  EXPECT_EQ(metadata.name, "Pkg");
  EXPECT_EQ(metadata.version, "1.0");
  EXPECT_EQ(metadata.requires_python, ">=3.8");
  EXPECT_EQ(metadata.requires_dist, (Values{"a (>=1)", "b; extra == 'x'"}));
  EXPECT_EQ(error_text([] { parse_metadata(MetadataFile::parse("Name: x\n")); }),
            "there is no Version field");
}

}  // namespace
}  // namespace elfwheel::wheel
