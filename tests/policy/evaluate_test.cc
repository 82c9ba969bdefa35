#include "elfwheel/policy/evaluate.h"

#include <gtest/gtest.h>

namespace elfwheel::policy {
namespace {

using elf::Libc;

// An extension "pkg/_x.so" for x86-64 glibc that needs what the tests add.
struct Package {
  Requirements requirements{.architecture = "x86_64", .libc = Libc::kGlibc};

  Package() { add("pkg/_x.so", true).root = true; }
  Object& add(std::string name, bool inside) {
    requirements.objects.emplace_back();
    requirements.objects.back().name = std::move(name);
    requirements.objects.back().inside = inside;
    return requirements.objects.back();
  }
  Object& extension() { return requirements.objects[0]; }
  // Adds an outside library that object `user` needs; returns its index.
  ObjectIndex outside(const std::string& soname, ObjectIndex user = 0) {
    add("/usr/lib/" + soname, false);
    ObjectIndex index = requirements.objects.size() - 1;
    requirements.objects[user].needed.push_back({soname, index});
    return index;
  }
  ObjectIndex inside(const std::string& name, ObjectIndex user = 0) {
    add("pkg.libs/" + name, true);
    ObjectIndex index = requirements.objects.size() - 1;
    requirements.objects[user].needed.push_back({name, index});
    return index;
  }
  Object& operator[](ObjectIndex index) { return requirements.objects[index]; }
  Evaluation evaluated() const { return evaluate(requirements); }
};

const Verdict& under(const Evaluation& evaluation, std::string_view policy) {
  return evaluation.verdicts[evaluation.policies.find(policy).value()];
}

std::vector<std::string> sonames(const std::vector<ExternalLibrary>& libraries) {
  std::vector<std::string> result;
  for (const ExternalLibrary& library : libraries) result.push_back(library.soname);
  return result;
}

TEST(Evaluate, FileThatAsksForNothingFitsTheOldestPolicy) {
  Evaluation result = Package().evaluated();
  EXPECT_EQ(result.name(result.overall), "manylinux_2_5_x86_64");
  EXPECT_TRUE(policy_upgrades(result).empty());
}

TEST(Evaluate, NewestVersionDecides) {
  Package package;
  package.extension().version_uses = {{"libc.so.6", "GLIBC_2.2.5", {}},
                                      {"libc.so.6", "GLIBC_2.14", {"memcpy"}}};
  Evaluation result = package.evaluated();
  EXPECT_EQ(result.name(result.overall), "manylinux_2_17_x86_64");
  EXPECT_EQ(result.by_versions, result.overall);
}

TEST(Evaluate, TooNewVersionNamesFileSymbolAndBestTag) {
  Package package;
  package.extension().version_uses = {{"libc.so.6", "GLIBC_2.34", {"dlopen", "pthread_create"}}};
  Evaluation result = package.evaluated();
  const std::vector<TooNewVersion>& found = under(result, "manylinux2014_x86_64").too_new;
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].file, "pkg/_x.so");
  EXPECT_EQ(found[0].library, "libc.so.6");
  EXPECT_EQ(found[0].version, "GLIBC_2.34");
  EXPECT_EQ(found[0].symbols, (std::vector<std::string>{"dlopen", "pthread_create"}));
  EXPECT_EQ(result.name(found[0].best), "manylinux_2_34_x86_64");
  EXPECT_TRUE(under(result, "manylinux_2_34_x86_64").too_new.empty());
}

TEST(Evaluate, VersionThatNoPolicyHasLeavesLinux) {
  Package package;
  package.extension().version_uses = {{"libc.so.6", "GLIBC_PRIVATE", {}}};
  Evaluation result = package.evaluated();
  EXPECT_EQ(result.name(result.overall), "linux_x86_64");
  EXPECT_EQ(result.name(result.verdicts[0].too_new.at(0).best), "linux_x86_64");
}

TEST(Evaluate, VersionsOfTheLoaderDoNotCount) {
  Package package;
  package.extension().version_uses = {{"ld-linux-x86-64.so.2", "GLIBC_2.99", {}}};
  Evaluation result = package.evaluated();
  EXPECT_EQ(result.overall, 0u);
  EXPECT_TRUE(result.versioned_symbols().empty());
}

TEST(Evaluate, VersionsOfInsideLibrariesCount) {
  Package package;
  ObjectIndex library = package.inside("libin.so");
  package[library].version_uses = {{"libc.so.6", "GLIBC_2.28", {}}};
  Evaluation result = package.evaluated();
  EXPECT_EQ(result.name(result.overall), "manylinux_2_28_x86_64");
  EXPECT_EQ(result.verdicts[0].too_new.at(0).file, "pkg.libs/libin.so");
}

TEST(Evaluate, OutsideLibraryLeavesLinuxUntilItIsCopiedIn) {
  Package package;
  package.outside("libgomp.so.1");
  Evaluation result = package.evaluated();
  EXPECT_EQ(result.name(result.overall), "linux_x86_64");
  EXPECT_EQ(result.name(result.by_externals), "linux_x86_64");
  EXPECT_TRUE(result.verdicts[0].repairable);
  EXPECT_FALSE(result.verdicts[0].allowed());
  ASSERT_EQ(result.external_libraries().size(), 1u);
  EXPECT_EQ(result.external_libraries()[0].soname, "libgomp.so.1");
  EXPECT_EQ(result.external_libraries()[0].path, "/usr/lib/libgomp.so.1");
  EXPECT_EQ(result.external_libraries()[0].object, ObjectIndex{1});
  EXPECT_EQ(result.external_libraries()[0].users, std::vector<std::string>{"pkg/_x.so"});
}

TEST(Evaluate, VersionsOfACopiedLibraryCountWhereItIsCopied) {
  Package package;
  package.extension().version_uses = {{"libc.so.6", "GLIBC_2.2.5", {}}};
  ObjectIndex expat = package.outside("libexpat.so.1");
  package[expat].version_uses = {{"libc.so.6", "GLIBC_2.25", {"getrandom"}}};
  Evaluation result = package.evaluated();
  // From 2_12 on it is the system's, and its own needs are the system's too.
  EXPECT_EQ(result.name(result.overall), "manylinux_2_12_x86_64");
  EXPECT_EQ(result.name(result.by_versions), "manylinux_2_12_x86_64");
  EXPECT_EQ(result.verdicts[0].too_new.at(0).file, "/usr/lib/libexpat.so.1");
  EXPECT_EQ(result.verdicts[0].versions.at("libc.so.6"),
            (std::set<std::string>{"GLIBC_2.2.5", "GLIBC_2.25"}));
  EXPECT_EQ(result.versioned_symbols().at("libc.so.6"), std::set<std::string>{"GLIBC_2.2.5"});
}

TEST(Evaluate, VersionedSymbolsAreTheNewestPolicysWhenNoneFits) {
  Package package;
  package.extension().version_uses = {{"libc.so.6", "GLIBC_2.99", {}}};
  ObjectIndex expat = package.outside("libexpat.so.1");
  package[expat].version_uses = {{"libc.so.6", "GLIBC_2.25", {}}};
  Evaluation result = package.evaluated();
  EXPECT_EQ(result.name(result.by_versions), "linux_x86_64");
  EXPECT_EQ(result.versioned_symbols().at("libc.so.6"), std::set<std::string>{"GLIBC_2.99"});
}

TEST(Evaluate, WhatACopiedLibraryNeedsIsCopiedToo) {
  Package package;
  ObjectIndex png = package.outside("libpng16.so.16");
  package.outside("libdeep.so.1", png);
  package.outside("libz.so.1", png);
  Evaluation result = package.evaluated();
  EXPECT_EQ(sonames(result.external_libraries()),
            (std::vector<std::string>{"libdeep.so.1", "libpng16.so.16"}));
  EXPECT_EQ(result.external_libraries()[0].users,
            std::vector<std::string>{"/usr/lib/libpng16.so.16"});
}

TEST(Evaluate, AnAllowedLibrarysNeedsAreNotFollowed) {
  Package package;
  ObjectIndex gl = package.outside("libGL.so.1");
  package.outside("libGLX.so.0", gl);
  EXPECT_TRUE(package.evaluated().external_libraries().empty());
}

TEST(Evaluate, InsideLibraryIsFollowedButNotExternal) {
  Package package;
  ObjectIndex library = package.inside("libin.so");
  package.outside("libcrypto.so.3", library);
  Evaluation result = package.evaluated();
  EXPECT_EQ(sonames(result.external_libraries()), std::vector<std::string>{"libcrypto.so.3"});
}

TEST(Evaluate, MissingLibraryIsExternalWithoutAPath) {
  Package package;
  package.extension().needed.push_back({"libnowhere.so.1", std::nullopt});
  Evaluation result = package.evaluated();
  ASSERT_EQ(result.external_libraries().size(), 1u);
  EXPECT_EQ(result.external_libraries()[0].path, std::nullopt);
  EXPECT_EQ(result.external_libraries()[0].object, std::nullopt);
  EXPECT_EQ(result.name(result.overall), "linux_x86_64");
}

TEST(Evaluate, OneSonameWithTwoPathsIsTwoLibraries) {
  Package package;
  ObjectIndex other = package.inside("libother.so");
  package.add("/opt/a/libdep.so.1", false);
  package.extension().needed.push_back({"libdep.so.1", package.requirements.objects.size() - 1});
  package.add("/opt/b/libdep.so.1", false);
  package[other].needed.push_back({"libdep.so.1", package.requirements.objects.size() - 1});
  Evaluation result = package.evaluated();
  ASSERT_EQ(result.external_libraries().size(), 2u);
  EXPECT_EQ(result.external_libraries()[0].path, "/opt/a/libdep.so.1");
  EXPECT_EQ(result.external_libraries()[0].users, std::vector<std::string>{"pkg/_x.so"});
  EXPECT_EQ(result.external_libraries()[1].path, "/opt/b/libdep.so.1");
  EXPECT_EQ(result.external_libraries()[1].users, std::vector<std::string>{"pkg.libs/libother.so"});
}

TEST(Evaluate, InsideCycleThatNothingReachesIsJudgedToo) {
  Requirements requirements{.architecture = "x86_64", .libc = Libc::kGlibc};
  requirements.objects.resize(3);
  requirements.objects[0] = {.name = "a.so", .needed = {{"b.so", 1}}};
  requirements.objects[1] = {.name = "b.so", .needed = {{"a.so", 0}, {"libcrypto.so.3", 2}}};
  requirements.objects[2] = {.name = "/usr/lib/libcrypto.so.3", .inside = false};
  Evaluation result = evaluate(requirements);
  EXPECT_EQ(sonames(result.external_libraries()), std::vector<std::string>{"libcrypto.so.3"});
}

TEST(Evaluate, CycleOfOutsideLibrariesEnds) {
  Package package;
  ObjectIndex a = package.outside("liba.so.1");
  ObjectIndex b = package.outside("libb.so.1", a);
  package[b].needed.push_back({"liba.so.1", a});
  EXPECT_EQ(sonames(package.evaluated().external_libraries()),
            (std::vector<std::string>{"liba.so.1", "libb.so.1"}));
}

TEST(Evaluate, BannedSymbolCountsWhenItsLibraryIsNeeded) {
  Package package;
  package.outside("libz.so.1");
  package.extension().undefined = {"deflate", "uncompress2"};
  Evaluation result = package.evaluated();
  EXPECT_EQ(result.name(result.overall), "manylinux_2_34_x86_64");
  EXPECT_EQ(result.by_bans, result.overall);
  const BannedSymbol& found = under(result, "manylinux_2_31_x86_64").banned.at(0);
  EXPECT_EQ(found.file, "pkg/_x.so");
  EXPECT_EQ(found.library, "libz.so.1");
  EXPECT_EQ(found.symbol, "uncompress2");
}

TEST(Evaluate, BannedSymbolOfALibraryThatIsNotNeededIsFree) {
  Package package;
  package.extension().undefined = {"uncompress2"};
  EXPECT_EQ(package.evaluated().overall, 0u);
}

TEST(Evaluate, BannedSymbolsOfRootsAloneCount) {
  Package package;
  ObjectIndex library = package.inside("libin.so");
  package.outside("libz.so.1", library);
  package[library].undefined = {"uncompress2"};
  EXPECT_EQ(package.evaluated().overall, 0u);
  package[library].root = true;
  EXPECT_EQ(package.evaluated().name(package.evaluated().overall), "manylinux_2_34_x86_64");
}

TEST(Evaluate, BannedSymbolOfALibraryNeededTwiceIsListedOnce) {
  Package package;
  package.outside("libz.so.1");
  package.outside("libz.so.1");
  package.extension().undefined = {"z_errmsg"};
  EXPECT_EQ(package.evaluated().verdicts[0].banned.size(), 1u);
}

TEST(Evaluate, IsaLevelAboveTheBaselineLeavesLinux) {
  Package package;
  package.extension().isa = IsaLevel::kV3;
  Evaluation result = package.evaluated();
  EXPECT_EQ(result.name(result.overall), "linux_x86_64");
  EXPECT_EQ(result.name(result.by_isa), "linux_x86_64");
  EXPECT_EQ(result.verdicts[0].isa_excess.at(0).file, "pkg/_x.so");
  EXPECT_EQ(result.verdicts[0].isa_excess.at(0).level, IsaLevel::kV3);
}

TEST(Evaluate, IsaLevelOfACopiedLibraryCountsWhereItIsCopied) {
  Package package;
  ObjectIndex expat = package.outside("libexpat.so.1");
  package[expat].isa = IsaLevel::kV2;
  Evaluation result = package.evaluated();
  EXPECT_EQ(result.name(result.by_isa), "manylinux_2_12_x86_64");
}

TEST(Evaluate, IsaLevelOfAnAllowedLibraryIsTheSystemsOwnAffair) {
  Package package;
  ObjectIndex libc = package.outside("libc.so.6");
  package[libc].isa = IsaLevel::kV3;
  EXPECT_EQ(package.evaluated().overall, 0u);
}

TEST(Evaluate, Ucs2AndPyfpeLeaveLinux) {
  Package narrow;
  narrow.requirements.ucs2_files = {"pkg/_x.so"};
  EXPECT_EQ(narrow.evaluated().name(narrow.evaluated().overall), "linux_x86_64");
  EXPECT_FALSE(narrow.evaluated().verdicts[0].repairable);
  Package fpectl;
  fpectl.requirements.pyfpe_files = {"pkg/_x.so"};
  EXPECT_EQ(fpectl.evaluated().name(fpectl.evaluated().overall), "linux_x86_64");
  EXPECT_TRUE(fpectl.evaluated().verdicts.back().allowed());
}

TEST(Evaluate, MuslPackageFitsWhateverVersionsItAsksFor) {
  Package package;
  package.requirements.libc = Libc::kMusl;
  package.outside("libc.musl-x86_64.so.1");
  package.extension().version_uses = {{"libfoo.so", "GLIBC_2.99", {}}};
  Evaluation result = package.evaluated();
  EXPECT_EQ(result.name(result.overall), "musllinux_1_2_x86_64");
}

TEST(Evaluate, MuslPackageCopiesTheCxxLibrary) {
  Package package;
  package.requirements.libc = Libc::kMusl;
  ObjectIndex cxx = package.outside("libstdc++.so.6");
  package.outside("libgcc_s.so.1", cxx);
  EXPECT_EQ(sonames(package.evaluated().external_libraries()),
            (std::vector<std::string>{"libgcc_s.so.1", "libstdc++.so.6"}));
}

TEST(PolicyUpgrades, GoFromTheNearestPolicyToTheMostCompatible) {
  Package package;
  package.outside("libz.so.1");
  package.outside("libexpat.so.1");
  package.extension().undefined = {"__issignaling", "bi_windup", "z_errmsg"};
  Evaluation result = package.evaluated();
  EXPECT_EQ(result.name(result.overall), "linux_x86_64");
  std::vector<PolicyUpgrade> upgrades = policy_upgrades(result);
  ASSERT_EQ(upgrades.size(), 16u);
  EXPECT_EQ(result.name(upgrades.front().policy), "manylinux_2_41_x86_64");
  EXPECT_TRUE(upgrades.front().libraries.empty());
  EXPECT_EQ(upgrades.front().banned.at("libz.so.1"), std::set<std::string>{"z_errmsg"});
  EXPECT_EQ(result.name(upgrades.back().policy), "manylinux_2_5_x86_64");
  EXPECT_EQ(upgrades.back().libraries, std::set<std::string>{"libexpat.so.1"});
  EXPECT_EQ(upgrades.back().banned.at("libz.so.1"),
            (std::set<std::string>{"bi_windup", "z_errmsg"}));
}

}  // namespace
}  // namespace elfwheel::policy
