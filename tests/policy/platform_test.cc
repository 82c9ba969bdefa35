#include "elfwheel/policy/platform.h"

#include <gtest/gtest.h>

#include "elfwheel/base/error.h"

namespace elfwheel::policy {
namespace {

using elf::Libc;
using Names = std::vector<std::string>;

Requirements one_file(std::string version = "GLIBC_2.2.5") {
  Requirements requirements{.architecture = "x86_64", .libc = Libc::kGlibc};
  requirements.objects.push_back({.name = "pkg/_x.so", .root = true});
  requirements.objects[0].version_uses = {{"libc.so.6", std::move(version), {}}};
  return requirements;
}

Requirements with_library(Requirements requirements, const std::string& soname) {
  requirements.objects.push_back({.name = "/usr/lib/" + soname, .inside = false});
  requirements.objects[0].needed.push_back({soname, requirements.objects.size() - 1});
  return requirements;
}

TagChoice choose(const Requirements& requirements, std::string_view plat,
                 bool only_requested = false) {
  PlatformRequest request = parse_platform(plat);
  return choose_tags(evaluate(requirements, select_policies(requirements, request)), request,
                     only_requested);
}

template <class Body>
void expect_usage_error(Body body, const std::string& message) {
  try {
    body();
    ADD_FAILURE() << "no error; expected: " << message;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_EQ(error.what(), message);
  }
}

TEST(ParsePlatform, AutoLeavesTheChoiceOpen) {
  PlatformRequest request = parse_platform("auto");
  EXPECT_TRUE(request.automatic);
  EXPECT_EQ(request.policy, "");
  EXPECT_EQ(request.libc, Libc::kUnknown);
}

TEST(ParsePlatform, AliasMeansItsPolicy) {
  PlatformRequest request = parse_platform("manylinux2014_aarch64");
  EXPECT_FALSE(request.automatic);
  EXPECT_EQ(request.policy, "manylinux_2_17_aarch64");
  EXPECT_EQ(request.architecture, "aarch64");
  EXPECT_EQ(request.libc, Libc::kGlibc);
}

TEST(ParsePlatform, KnowsMuslPolicies) {
  PlatformRequest request = parse_platform("musllinux_1_1_ppc64le");
  EXPECT_EQ(request.policy, "musllinux_1_1_ppc64le");
  EXPECT_EQ(request.architecture, "ppc64le");
  EXPECT_EQ(request.libc, Libc::kMusl);
}

TEST(ParsePlatform, AsksForAMissingArchitecture) {
  expect_usage_error([] { parse_platform("manylinux2014"); },
                     "platform \"manylinux2014\" lacks the architecture: write for example "
                     "\"manylinux2014_x86_64\"");
  expect_usage_error([] { parse_platform("musllinux_1_2"); },
                     "platform \"musllinux_1_2\" lacks the architecture: write for example "
                     "\"musllinux_1_2_x86_64\"");
}

TEST(ParsePlatform, ListsTheArchitecturesPolicies) {
  expect_usage_error([] { parse_platform("manylinux_2_18_ppc64"); },
                     "unknown platform \"manylinux_2_18_ppc64\": choose one of "
                     "manylinux_2_17_ppc64, manylinux2014_ppc64, auto");
  expect_usage_error([] { parse_platform("manylinux1_loongarch64"); },
                     "unknown platform \"manylinux1_loongarch64\": choose one of "
                     "manylinux_2_36_loongarch64, manylinux_2_37_loongarch64, "
                     "manylinux_2_38_loongarch64, manylinux_2_39_loongarch64, "
                     "manylinux_2_40_loongarch64, manylinux_2_41_loongarch64, "
                     "musllinux_1_2_loongarch64, auto");
}

TEST(ParsePlatform, RefusesWhatIsNoPlatform) {
  const std::string hint =
      ": write \"auto\" or a policy and architecture, for example \"manylinux_2_28_x86_64\"";
  expect_usage_error([] { parse_platform("win_amd64"); }, "unknown platform \"win_amd64\"" + hint);
  expect_usage_error([] { parse_platform(""); }, "unknown platform \"\"" + hint);
  expect_usage_error([] { parse_platform("x86_64"); }, "unknown platform \"x86_64\"" + hint);
}

TEST(ParsePlatform, PlainLinuxIsNoTarget) {
  expect_usage_error([] { parse_platform("linux_ppc64"); },
                     "unknown platform \"linux_ppc64\": choose one of manylinux_2_17_ppc64, "
                     "manylinux2014_ppc64, auto");
}

TEST(SelectPolicies, TakesTheRequestsLibcWhenTheFilesLeaveItOpen) {
  Requirements requirements = one_file();
  requirements.libc = Libc::kUnknown;
  PolicySet musl = select_policies(requirements, parse_platform("musllinux_1_1_x86_64"));
  EXPECT_EQ(musl[0].name, "musllinux_1_1_x86_64");
  PolicySet open = select_policies(requirements, parse_platform("auto"));
  EXPECT_EQ(open[0].name, "manylinux_2_5_x86_64");
}

TEST(ChooseTags, AutoTakesTheBestPolicyAndItsAliases) {
  TagChoice choice = choose(one_file("GLIBC_2.17"), "auto");
  EXPECT_EQ(choice.tags, (Names{"manylinux_2_17_x86_64", "manylinux2014_x86_64"}));
  EXPECT_EQ(choice.replaced, "linux_x86_64");
  EXPECT_TRUE(choice.refusals.empty());
  EXPECT_EQ(choice.better, std::nullopt);
}

TEST(ChooseTags, AutoCountsOnLibrariesBeingCopied) {
  TagChoice choice = choose(with_library(one_file(), "libgomp.so.1"), "auto");
  EXPECT_EQ(choice.tags, (Names{"manylinux_2_5_x86_64", "manylinux1_x86_64"}));
}

// libexpat would have to be copied for 2_5.
TEST(ChooseTags, AutoPrefersFewerCopiesToAnOlderPolicy) {
  TagChoice choice = choose(with_library(one_file(), "libexpat.so.1"), "auto");
  EXPECT_EQ(choice.tags, (Names{"manylinux_2_12_x86_64", "manylinux2010_x86_64"}));
}

TEST(ChooseTags, AutoTakesTheNewestPolicyAndRefusesItWhenNoneFits) {
  TagChoice choice = choose(one_file("GLIBC_2.99"), "auto");
  EXPECT_EQ(choice.tags, Names{"manylinux_2_41_x86_64"});
  EXPECT_EQ(choice.refusals, std::vector<Refusal>{Refusal::kTooNewVersions});
}

TEST(ChooseTags, ArchitectureWithoutPoliciesKeepsLinux) {
  Requirements requirements = one_file();
  requirements.architecture = "sparc64";
  TagChoice choice = choose(requirements, "auto");
  EXPECT_EQ(choice.tags, Names{"linux_sparc64"});
  EXPECT_EQ(choice.replaced, "");
  EXPECT_TRUE(choice.refusals.empty());
}

TEST(ChooseTags, BetterPolicyStandsBeforeTheNamedOne) {
  TagChoice choice = choose(one_file(), "manylinux_2_17_x86_64");
  EXPECT_EQ(choice.tags, (Names{"manylinux_2_5_x86_64", "manylinux1_x86_64",
                                "manylinux_2_17_x86_64", "manylinux2014_x86_64"}));
  EXPECT_EQ(choice.better, PolicyIndex{0});
}

TEST(ChooseTags, OnlyTheNamedPolicyOnRequest) {
  TagChoice choice = choose(one_file(), "manylinux_2_17_x86_64", true);
  EXPECT_EQ(choice.tags, (Names{"manylinux_2_17_x86_64", "manylinux2014_x86_64"}));
  EXPECT_EQ(choice.better, std::nullopt);
}

TEST(ChooseTags, NameAndAliasGiveTheSameTagsWithCopiedLibraries) {
  Requirements requirements = with_library(one_file(), "libgomp.so.1");
  EXPECT_EQ(choose(requirements, "manylinux2014_x86_64").tags,
            choose(requirements, "manylinux_2_17_x86_64").tags);
  EXPECT_EQ(choose(requirements, "manylinux2014_x86_64").tags.front(), "manylinux_2_5_x86_64");
}

TEST(ChooseTags, BetterPolicyMustNotCostMoreCopies) {
  Requirements requirements = with_library(one_file(), "libexpat.so.1");
  TagChoice choice = choose(requirements, "manylinux_2_28_x86_64");
  EXPECT_EQ(choice.tags,
            (Names{"manylinux_2_12_x86_64", "manylinux2010_x86_64", "manylinux_2_28_x86_64"}));
}

TEST(ChooseTags, RefusesWithEveryReason) {
  Requirements requirements = with_library(one_file("GLIBC_2.34"), "libz.so.1");
  requirements.objects[0].undefined = {"uncompress2"};
  requirements.objects[0].isa = IsaLevel::kV3;
  requirements.ucs2_files = requirements.pyfpe_files = {"pkg/_x.so"};
  EXPECT_EQ(choose(requirements, "manylinux2014_x86_64").refusals,
            (std::vector<Refusal>{Refusal::kTooNewVersions, Refusal::kUcs2, Refusal::kPyfpe,
                                  Refusal::kBannedSymbols, Refusal::kIsa}));
}

TEST(ChooseTags, RefusesAnotherArchitecture) {
  expect_usage_error([] { choose(one_file(), "manylinux2014_aarch64"); },
                     "can't repair x86_64 files to manylinux_2_17_aarch64");
}

TEST(ChooseTags, RefusesAnotherLibc) {
  expect_usage_error([] { choose(one_file(), "musllinux_1_2_x86_64"); },
                     "can't repair files made for glibc to musllinux_1_2_x86_64");
}

TEST(ChooseTags, MuslReleaseIsTheOneAskedFor) {
  Requirements requirements = one_file();
  requirements.libc = Libc::kMusl;
  EXPECT_EQ(choose(requirements, "musllinux_1_1_x86_64").tags, Names{"musllinux_1_1_x86_64"});
  EXPECT_EQ(choose(requirements, "auto").tags, Names{"musllinux_1_2_x86_64"});
}

TEST(ChooseTags, RefusesAPolicyThatTheFilesWereNotJudgedBy) {
  Requirements requirements = one_file();
  requirements.libc = Libc::kMusl;
  expect_usage_error(
      [&] { choose_tags(evaluate(requirements), parse_platform("musllinux_1_1_x86_64"), false); },
      "musllinux_1_1_x86_64 is none of the policies the files were judged by");
}

TEST(FileNamePlatforms, AreSortedAndReplaceLinux) {
  TagChoice choice = choose(one_file(), "auto");
  EXPECT_EQ(choice.tags, (Names{"manylinux_2_5_x86_64", "manylinux1_x86_64"}));
  EXPECT_EQ(file_name_platforms({"linux_x86_64"}, choice),
            (Names{"manylinux1_x86_64", "manylinux_2_5_x86_64"}));
}

TEST(FileNamePlatforms, KeepOtherTagsAndDropAny) {
  TagChoice choice = choose(one_file("GLIBC_2.28"), "auto");
  EXPECT_EQ(file_name_platforms({"manylinux_2_31_x86_64", "linux_x86_64"}, choice),
            (Names{"manylinux_2_28_x86_64", "manylinux_2_31_x86_64"}));
  EXPECT_EQ(file_name_platforms({"any"}, choice), Names{"manylinux_2_28_x86_64"});
}

TEST(JudgeTag, TagOlderThanTheContentIsTooBroad) {
  Evaluation evaluation = evaluate(one_file("GLIBC_2.28"));
  EXPECT_EQ(judge_tag(evaluation, "manylinux_2_28_x86_64"), TagSupport::kSupported);
  EXPECT_EQ(judge_tag(evaluation, "manylinux_2_34_x86_64"), TagSupport::kSupported);
  EXPECT_EQ(judge_tag(evaluation, "manylinux_2_27_x86_64"), TagSupport::kTooBroad);
  EXPECT_EQ(judge_tag(evaluation, "manylinux2014_x86_64"), TagSupport::kTooBroad);
  EXPECT_EQ(judge_tag(evaluation, "manylinux1_x86_64"), TagSupport::kTooBroad);
  EXPECT_EQ(judge_tag(evaluation, "linux_x86_64"), TagSupport::kSupported);
}

TEST(JudgeTag, AliasesStandForTheirRelease) {
  Evaluation evaluation = evaluate(one_file("GLIBC_2.12"));
  EXPECT_EQ(judge_tag(evaluation, "manylinux1_x86_64"), TagSupport::kTooBroad);
  EXPECT_EQ(judge_tag(evaluation, "manylinux2010_x86_64"), TagSupport::kSupported);
  EXPECT_EQ(judge_tag(evaluation, "manylinux2014_x86_64"), TagSupport::kSupported);
}

TEST(JudgeTag, ReleaseWithoutAPolicyIsComparedByItsNumber) {
  Evaluation evaluation = evaluate(one_file("GLIBC_2.28"));
  EXPECT_EQ(judge_tag(evaluation, "manylinux_2_30_x86_64"), TagSupport::kSupported);
  EXPECT_EQ(judge_tag(evaluation, "manylinux_2_20_x86_64"), TagSupport::kTooBroad);
  EXPECT_EQ(judge_tag(evaluation, "manylinux_2_99_x86_64"), TagSupport::kSupported);
}

TEST(JudgeTag, ForeignTagsAreUnknown) {
  Evaluation evaluation = evaluate(one_file());
  for (const char* tag : {"any", "", "x86_64", "win_amd64", "manylinux2014_aarch64", "_x86_64",
                          "musllinux_1_2_x86_64", "manylinux_2_x86_64", "manylinux_2_17x_x86_64",
                          "manylinux_2_-5_x86_64", "linux_aarch64", "manylinux2015_x86_64"}) {
    EXPECT_EQ(judge_tag(evaluation, tag), TagSupport::kUnknown) << tag;
  }
}

TEST(JudgeTag, VersionsNewerThanTheTablesCannotBeJudgedForNewerReleases) {
  Evaluation evaluation = evaluate(one_file("GLIBC_2.43"));
  EXPECT_EQ(judge_tag(evaluation, "manylinux_2_41_x86_64"), TagSupport::kTooBroad);
  EXPECT_EQ(judge_tag(evaluation, "manylinux_2_43_x86_64"), TagSupport::kUnknown);
}

TEST(JudgeTag, OutsideLibraryMakesEveryTagTooBroad) {
  Evaluation evaluation = evaluate(with_library(one_file(), "libgomp.so.1"));
  EXPECT_EQ(judge_tag(evaluation, "manylinux_2_41_x86_64"), TagSupport::kTooBroad);
  EXPECT_EQ(judge_tag(evaluation, "manylinux_2_99_x86_64"), TagSupport::kTooBroad);
  EXPECT_EQ(judge_tag(evaluation, "linux_x86_64"), TagSupport::kSupported);
}

TEST(JudgeTag, MuslContentFitsEveryMuslRelease) {
  Requirements requirements = one_file();
  requirements.libc = Libc::kMusl;
  Evaluation evaluation = evaluate(requirements);
  EXPECT_EQ(judge_tag(evaluation, "musllinux_1_1_x86_64"), TagSupport::kSupported);
  EXPECT_EQ(judge_tag(evaluation, "musllinux_1_2_x86_64"), TagSupport::kSupported);
  EXPECT_EQ(judge_tag(evaluation, "musllinux_1_0_x86_64"), TagSupport::kTooBroad);
  EXPECT_EQ(judge_tag(evaluation, "manylinux_2_17_x86_64"), TagSupport::kUnknown);
}

}  // namespace
}  // namespace elfwheel::policy
