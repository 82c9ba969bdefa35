#include <gtest/gtest.h>

#include "elfwheel/base/error.h"
#include "elfwheel/wheel/install_scheme.h"
#include "support/python_judge.h"

namespace elfwheel::wheel {
namespace {

std::string texts(const std::vector<PythonVersion>& versions) {
  std::string text;
  for (const PythonVersion& version : versions)
    text += (text.empty() ? "" : " ") + python_text(version);
  return text;
}

std::string pythons(const std::string& tags, const std::string& requires_python = "") {
  return texts(allowed_pythons(parse_tags(tags), requires_python));
}

TEST(NamedPythons, AreVersionsRangesAndBuilds) {
  EXPECT_EQ(texts(parse_pythons("3.11")), "3.11");
  EXPECT_EQ(texts(parse_pythons("3.9-3.11")), "3.9 3.10 3.11");
  EXPECT_EQ(texts(parse_pythons("3.13t,3.9,3.11-3.11")), "3.9 3.11 3.13t");
  EXPECT_EQ(texts(parse_pythons("3.13t-3.14t,3.13")), "3.13 3.13t 3.14t");
  EXPECT_EQ(texts(parse_pythons("pypy3.10,3.10")), "3.10 pypy3.10");
}

TEST(NamedPythons, RefuseWhatIsNone) {
  for (const std::string text :
       {"", "3", "3.", "3.x", "2.7", "3.11,", "3.11-3.9", "3.13-3.13t", "3.9-pypy3.11", "3.9-",
        "pypy3.10t", "3.9.1", "3.4000000000", "3.9 - 3.11"}) {
    try {
      parse_pythons(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUsage);
      EXPECT_NE(std::string(error.what()).find(" is no Python version: try 3.9-3.13"),
                std::string::npos);
    }
  }
}

TEST(AllowedPythons, AVersionedAbiIsOneVersion) {
  EXPECT_EQ(pythons("cp311-cp311-linux_x86_64"), "3.11");
  EXPECT_EQ(pythons("cp37-cp37m-linux_x86_64"), "3.7");
  EXPECT_EQ(pythons("cp313-cp313t-linux_x86_64"), "3.13t");
  EXPECT_EQ(pythons("pp310-pypy310_pp73-linux_x86_64"), "pypy3.10");
  EXPECT_EQ(pythons("cp39.cp310-cp39-linux_x86_64"), "3.9 3.10");
}

TEST(AllowedPythons, TheStableAbiIsARange) {
  EXPECT_EQ(pythons("cp312-abi3-linux_x86_64"), "3.12 3.13 3.14 3.15");
  EXPECT_EQ(pythons("cp312-abi3-linux_x86_64", ">=3.13"), "3.13 3.14 3.15");
  EXPECT_EQ(pythons("cp315-abi3.abi3t-linux_x86_64"), "3.15 3.15t");
}

TEST(AllowedPythons, NoAbiMeansFreeThreadedToo) {
  EXPECT_EQ(pythons("cp313-none-linux_x86_64"), "3.13 3.13t");
  EXPECT_EQ(pythons("cp311-none-linux_x86_64"), "3.11");
}

TEST(AllowedPythons, APlainPythonTagIsEveryImplementation) {
  EXPECT_EQ(pythons("py3-none-linux_x86_64", "<3.10"), "3.8 3.9 pypy3.8 pypy3.9");
  EXPECT_EQ(pythons("py312-none-linux_x86_64"), "3.12 3.13 3.13t 3.14 3.14t 3.15 3.15t");
}

TEST(AllowedPythons, RequiresPythonMayReachFurtherBack) {
  EXPECT_EQ(pythons("py3-none-any", ">=3.6,<3.8"), "3.6 3.7 pypy3.6 pypy3.7");
  EXPECT_EQ(pythons("py2.py3-none-any", ">=2.7,<3.9"), "3.8 pypy3.8");
}

TEST(AllowedPythons, MayBeNone) {
  EXPECT_EQ(pythons("cp311-cp311-linux_x86_64", ">=3.12"), "");
  EXPECT_EQ(pythons("py2-none-any"), "");
  EXPECT_EQ(pythons("cp27-cp27mu-linux_x86_64"), "");
  EXPECT_EQ(pythons("xx-none-any"), "");
}

TEST(AllowedPythons, IgnoresClausesThatItCannotRead) {
  EXPECT_EQ(pythons("cp311-cp311-linux_x86_64", "nonsense, >= , >=3.8, =>3.99"), "3.11");
}

// A minor version is allowed when packaging accepts one of its releases.
TEST(AllowedPythons, AgreesWithPackagingOnSpecifiers) {
  const std::vector<std::string> specifiers = {">=3.10",
                                               ">3.10",
                                               "<3.10",
                                               "<=3.10",
                                               "==3.10.*",
                                               "==3.10.4",
                                               "!=3.10.*",
                                               "!=3.10.1",
                                               "~=3.10",
                                               "~=3.10.2",
                                               "==3.*",
                                               "===3.10.4",
                                               "<3.10.4",
                                               "<=3.10.4",
                                               ">3.10.4",
                                               ">=3.10.4,<3.13",
                                               ">=3.9, !=3.11.*",
                                               "<4",
                                               "!=3.0.*,!=3.1.*,>=3.9",
                                               "<3.12rc1",
                                               ">=3.11.0a1",
                                               ">=2.7",
                                               "<3",
                                               "~=3.9,!=3.10.*,<3.14"};
  std::string ours;
  for (const std::string& specifier : specifiers) {
    for (unsigned minor = 8; minor <= 15; ++minor) {
      const Tag tag{"cp3" + std::to_string(minor), "cp3" + std::to_string(minor), "any"};
      ours += allowed_pythons({tag}, specifier).empty() ? '0' : '1';
    }
    ours += " " + specifier + "\n";
  }
  EXPECT_EQ(ours, test::run_python(R"(
import sys
from packaging.specifiers import SpecifierSet
for text in sys.argv[1:]:
    wanted = SpecifierSet(text)
    print(''.join(str(int(any(f'3.{minor}.{micro}' in wanted for micro in range(40))))
                  for minor in range(8, 16)), text)
)",
                                   specifiers));
}

}  // namespace
}  // namespace elfwheel::wheel
