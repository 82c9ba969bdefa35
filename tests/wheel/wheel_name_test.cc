#include "elfwheel/wheel/wheel_name.h"

#include <gtest/gtest.h>

#include "support/python_judge.h"
#include "wheel/error_text.h"
#include "wheel/version.h"

namespace elfwheel::wheel {
namespace {

using test::error_text;

TEST(WheelName, ParsesItsParts) {
  const WheelName name =
      parse_wheel_name("My_Pkg.x-1.0+cu12-1abc-py2.py3-none-manylinux1_x86_64.linux_x86_64.whl");
  EXPECT_EQ(name.distribution, "My_Pkg.x");
  EXPECT_EQ(name.version, "1.0+cu12");
  EXPECT_EQ(name.build, "1abc");
  EXPECT_EQ(name.pythons, (std::vector<std::string>{"py2", "py3"}));
  EXPECT_EQ(name.abis, (std::vector<std::string>{"none"}));
  EXPECT_EQ(name.platforms, (std::vector<std::string>{"manylinux1_x86_64", "linux_x86_64"}));
  EXPECT_EQ(name.tags().size(), 4u);
  EXPECT_EQ(tag_text(name.tags()[1]), "py2-none-linux_x86_64");
}

TEST(WheelName, WritesWhatItRead) {
  for (const char* file : {"a-1-py3-none-any.whl", "a-1-0-py3-none-any.whl",
                           "A.b_c-1.0.dev3-cp311-abi3.cp311-linux_x86_64.whl"})
    EXPECT_EQ(parse_wheel_name(file).file_name(), file);
}

TEST(WheelName, RefusesOtherNames) {
  for (const char* file :
       {"a-1-py3-none-any.zip", "a-1-py3-none.whl", "a-1-x1-py3-none-any.whl",
        "a-1-1-py3-none-any-more.whl", "a--py3-none-any.whl", "a-1-py2.-none-any.whl", ".whl", ""})
    EXPECT_EQ(error_text([&] { parse_wheel_name(file); }),
              "not a wheel's file name: expected "
              "DISTRIBUTION-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl")
        << file;
}

TEST(WheelName, ChangesPlatformsAlone) {
  const WheelName name = parse_wheel_name("P.x-1-7-cp311-cp311-linux_x86_64.whl");
  EXPECT_EQ(
      with_platforms(name, {{"linux_x86_64"}, {"manylinux_2_17_x86_64", "manylinux2014_x86_64"}})
          .file_name(),
      "P.x-1-7-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl");
}

TEST(NormalizeName, FollowsPep503) { EXPECT_EQ(normalize_name("My_Pkg.x--Y"), "my-pkg-x-y"); }

// Every pair of these is compared by packaging too.
TEST(SameVersion, AgreesWithPackaging) {
  const std::vector<std::string> versions = {
      "1",          "1.0",        "1.0.0",           "v1.0",           "01.0",
      "1.0.1",      "1.0rc1",     "1.0-RC.1",        "1.0c1",          "1.0pre1",
      "1.0_rc1",    "1.0a",       "1.0alpha0",       "1.0.post",       "1.0-0",
      "1.0.rev0",   "1.0.dev",    "1.dev0",          "1.0.post0.dev0", "0!1",
      "1!1",        "1.0+ABC.01", "1+abc.1",         "1.0+abc_1",      "1.0+a01",
      "2024.10.07", "2024.10.7",  "1.0b2.post3.dev4"};
  std::string ours;
  for (const std::string& a : versions)
    for (const std::string& b : versions) ours += same_version(a, b) ? '1' : '0';
  EXPECT_EQ(ours,
            test::run_python("import sys\n"
                             "from packaging.version import Version as V\n"
                             "print(end=''.join(str(int(V(a) == V(b)))\n"
                             "                  for a in sys.argv[1:] for b in sys.argv[1:]))",
                             versions));
}

TEST(SameVersion, KnowsTheEscapedPlus) {
  EXPECT_TRUE(same_version("1.0_cu12", "1.0+cu12"));
  EXPECT_FALSE(same_version("1.0_cu12", "1.0+cu11"));
}

TEST(SameVersion, ComparesOtherTextAsItIs) {
  EXPECT_TRUE(same_version("Unknown", "unknown"));
  EXPECT_FALSE(same_version("1.0x", "1.0"));
  EXPECT_FALSE(same_version("1.0+", "1.0"));
  EXPECT_EQ(normalize_version("1..0"), std::nullopt);
  EXPECT_EQ(normalize_version(""), std::nullopt);
}

}  // namespace
}  // namespace elfwheel::wheel
