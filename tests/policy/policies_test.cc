// The tables as a set of policies. That every row agrees with auditwheel's is checked by
// tools/check_policies.py; here is what the set makes of the rows.
#include <gtest/gtest.h>

#include "elfwheel/base/error.h"
#include "elfwheel/policy/policy.h"

namespace elfwheel::policy {
namespace {

using elf::Libc;

PolicySet glibc(std::string_view architecture = "x86_64") {
  return PolicySet::for_platform(architecture, Libc::kGlibc);
}

std::vector<std::string> names(const PolicySet& policies) {
  std::vector<std::string> result;
  for (const Policy& policy : policies.policies()) result.push_back(policy.name);
  return result;
}

std::string first_with(const PolicySet& policies, std::string_view version) {
  return policies[policies.first_with_version(version)].name;
}

TEST(PolicySet, BeginsWithTheOldestSystemsAndEndsWithLinux) {
  PolicySet policies = glibc();
  EXPECT_EQ(policies[0].name, "manylinux_2_5_x86_64");
  EXPECT_EQ(policies[policies.newest()].name, "manylinux_2_41_x86_64");
  EXPECT_EQ(policies[policies.linux_index()].name, "linux_x86_64");
  EXPECT_EQ(policies.size(), 17u);
}

TEST(PolicySet, OldPoliciesExistForTheirArchitecturesAlone) {
  EXPECT_EQ(glibc("aarch64")[0].name, "manylinux_2_17_aarch64");
  EXPECT_EQ(glibc("riscv64")[0].name, "manylinux_2_31_riscv64");
  EXPECT_EQ(glibc("loongarch64")[0].name, "manylinux_2_36_loongarch64");
  EXPECT_EQ(names(glibc("ppc64")),
            (std::vector<std::string>{"manylinux_2_17_ppc64", "linux_ppc64"}));
}

TEST(PolicySet, UnknownArchitectureHasLinuxAlone) {
  PolicySet policies = glibc("sparc64");
  EXPECT_EQ(names(policies), std::vector<std::string>{"linux_sparc64"});
  EXPECT_EQ(policies.newest(), policies.linux_index());
  EXPECT_EQ(policies.first_with_version("GLIBC_2.99"), policies.linux_index());
  EXPECT_TRUE(policies.allows_library(0, "libanything.so.1"));
}

TEST(PolicySet, UnknownLibcCountsAsGlibc) {
  PolicySet policies = PolicySet::for_platform("x86_64", Libc::kUnknown);
  EXPECT_EQ(policies.libc(), Libc::kGlibc);
  EXPECT_EQ(policies[0].name, "manylinux_2_5_x86_64");
}

TEST(PolicySet, MuslHasOnePolicyBesideLinux) {
  EXPECT_EQ(names(PolicySet::for_platform("x86_64", Libc::kMusl)),
            (std::vector<std::string>{"musllinux_1_2_x86_64", "linux_x86_64"}));
  EXPECT_EQ(names(PolicySet::for_platform("i686", Libc::kMusl, "musllinux_1_1")),
            (std::vector<std::string>{"musllinux_1_1_i686", "linux_i686"}));
  EXPECT_EQ(names(PolicySet::for_platform("ppc64", Libc::kMusl)),
            std::vector<std::string>{"linux_ppc64"});
}

TEST(PolicySet, RefusesAMuslPolicyThatThereIsNot) {
  try {
    PolicySet::for_platform("x86_64", Libc::kMusl, "musllinux_9_9");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_STREQ(error.what(), "no musl policy \"musllinux_9_9\"");
  }
}

TEST(PolicySet, FindsByNameAndByAlias) {
  PolicySet policies = glibc();
  EXPECT_EQ(policies.find("manylinux1_x86_64"), policies.find("manylinux_2_5_x86_64"));
  EXPECT_EQ(policies.find("manylinux2010_x86_64"), policies.find("manylinux_2_12_x86_64"));
  EXPECT_EQ(policies.find("manylinux2014_x86_64"), PolicyIndex{2});
  EXPECT_EQ(policies.find("linux_x86_64"), policies.linux_index());
  EXPECT_EQ(policies.find("manylinux2014"), std::nullopt);
  EXPECT_EQ(policies.find("manylinux_2_17_i686"), std::nullopt);
}

TEST(PolicySet, VersionIsAllowedFromItsPolicyOn) {
  PolicySet policies = glibc();
  EXPECT_EQ(first_with(policies, "GLIBC_2.2.5"), "manylinux_2_5_x86_64");
  EXPECT_EQ(first_with(policies, "GLIBC_2.17"), "manylinux_2_17_x86_64");
  EXPECT_EQ(first_with(policies, "GLIBC_2.34"), "manylinux_2_34_x86_64");
  EXPECT_EQ(first_with(policies, "GLIBCXX_3.4.29"), "manylinux_2_34_x86_64");
  EXPECT_EQ(first_with(policies, "GLIBC_ABI_DT_RELR"), "manylinux_2_36_x86_64");
}

// 2.37 added no version on x86_64, so no file can ask for it, and auditwheel lists none.
TEST(PolicySet, VersionThatNoPolicyHasLeavesLinux) {
  PolicySet policies = glibc();
  EXPECT_EQ(first_with(policies, "GLIBC_2.37"), "linux_x86_64");
  EXPECT_EQ(first_with(policies, "GLIBC_2.99"), "linux_x86_64");
  EXPECT_EQ(first_with(policies, "GLIBC_PRIVATE"), "linux_x86_64");
  EXPECT_EQ(first_with(policies, "GLIBC"), "linux_x86_64");
  EXPECT_EQ(first_with(glibc("i686"), "GLIBC_2.37"), "manylinux_2_37_i686");
}

TEST(PolicySet, SameVersionDiffersByArchitecture) {
  EXPECT_EQ(first_with(glibc("x86_64"), "LIBATOMIC_1.0"), "manylinux_2_24_x86_64");
  EXPECT_EQ(first_with(glibc("aarch64"), "LIBATOMIC_1.0"), "manylinux_2_17_aarch64");
  EXPECT_EQ(first_with(glibc("x86_64"), "GLIBCXX_LDBL_3.4"), "linux_x86_64");
  EXPECT_EQ(first_with(glibc("s390x"), "GLIBCXX_LDBL_3.4"), "manylinux_2_17_s390x");
}

TEST(PolicySet, VersionOfAnUnlistedFamilyPassesEverywhere) {
  PolicySet policies = glibc();
  EXPECT_EQ(policies.first_with_version("OPENSSL_3.0.0"), 0u);
  EXPECT_EQ(policies.first_with_version("libcudart.so.12"), 0u);
}

TEST(PolicySet, MuslLooksAtNoVersions) {
  PolicySet policies = PolicySet::for_platform("x86_64", Libc::kMusl);
  EXPECT_EQ(policies.first_with_version("GLIBC_2.99"), 0u);
  EXPECT_TRUE(policies.versions(0).empty());
}

TEST(PolicySet, AllowedLibrariesGrowWithNewerPolicies) {
  PolicySet policies = glibc();
  EXPECT_TRUE(policies.allows_library(0, "libstdc++.so.6"));
  EXPECT_FALSE(policies.allows_library(0, "libexpat.so.1"));
  EXPECT_TRUE(policies.allows_library(1, "libexpat.so.1"));
  PolicyIndex first = *policies.find("manylinux_2_24_x86_64");
  EXPECT_FALSE(policies.allows_library(first - 1, "libmvec.so.1"));
  EXPECT_TRUE(policies.allows_library(first, "libmvec.so.1"));
  EXPECT_FALSE(policies.allows_library(policies.newest(), "libgomp.so.1"));
  EXPECT_TRUE(policies.allows_library(policies.linux_index(), "libgomp.so.1"));
}

TEST(PolicySet, AlwaysAllowsTheLoader) {
  EXPECT_TRUE(glibc().allows_library(0, "ld-linux-x86-64.so.2"));
  EXPECT_TRUE(glibc("s390x").allows_library(0, "ld64.so.1"));
  EXPECT_TRUE(glibc("ppc64le").allows_library(0, "ld64.so.2"));
  EXPECT_TRUE(glibc("riscv64").allows_library(0, "ld-linux-riscv64-lp64d.so.1"));
  EXPECT_TRUE(
      PolicySet::for_platform("aarch64", Libc::kMusl).allows_library(0, "ld-musl-aarch64.so.1"));
}

TEST(PolicySet, LibraryWithTheLoadersNameInsideItsOwnIsNoLoader) {
  EXPECT_FALSE(glibc().allows_library(0, "libbuild-linux.so.1"));
  EXPECT_FALSE(glibc().allows_library(0, "ld64.so.3"));
}

TEST(PolicySet, MuslsOwnLibraryHasItsNameByArchitecture) {
  const std::map<std::string, std::string> expected = {
      {"x86_64", "libc.musl-x86_64.so.1"},   {"i686", "libc.musl-x86.so.1"},
      {"aarch64", "libc.musl-aarch64.so.1"}, {"armv7l", "libc.musl-armv7.so.1"},
      {"ppc64le", "libc.musl-ppc64le.so.1"}, {"s390x", "libc.musl-s390x.so.1"},
      {"riscv64", "libc.musl-riscv64.so.1"}, {"loongarch64", "libc.musl-loongarch64.so.1"}};
  for (const auto& [architecture, soname] : expected) {
    PolicySet policies = PolicySet::for_platform(architecture, Libc::kMusl);
    EXPECT_TRUE(policies.allows_library(0, soname)) << architecture;
    EXPECT_TRUE(policies.allows_library(0, "libz.so.1")) << architecture;
    EXPECT_FALSE(policies.allows_library(0, "libstdc++.so.6")) << architecture;
    EXPECT_EQ(policies.libraries(0), (std::set<std::string>{soname, "libz.so.1"}));
  }
}

TEST(PolicySet, MuslsLoaderAnswersToLibcSo) {
  EXPECT_TRUE(PolicySet::for_platform("x86_64", Libc::kMusl).allows_library(0, "libc.so"));
  EXPECT_FALSE(PolicySet::for_platform("x86_64", Libc::kMusl).allows_library(0, "libc.so.6"));
  EXPECT_FALSE(glibc().allows_library(0, "libc.so"));
}

TEST(PolicySet, BanEndsWhereTheSystemsGotTheSymbol) {
  PolicySet policies = glibc();
  auto banned_until = [&](std::string_view library, std::string_view symbol) {
    PolicyIndex index = 0;
    while (policies.bans_symbol(index, library, symbol)) ++index;
    return policies[index].name;
  };
  EXPECT_EQ(banned_until("libc.so.6", "__issignaling"), "manylinux_2_24_x86_64");
  EXPECT_EQ(banned_until("libz.so.1", "uncompress2"), "manylinux_2_34_x86_64");
  EXPECT_EQ(banned_until("libz.so.1", "bi_windup"), "manylinux_2_36_x86_64");
  EXPECT_EQ(banned_until("libz.so.1", "crc32_combine_op"), "manylinux_2_37_x86_64");
  EXPECT_EQ(banned_until("libz.so.1", "z_errmsg"), "linux_x86_64");
  EXPECT_EQ(banned_until("libz.so.1", "deflate"), "manylinux_2_5_x86_64");
  EXPECT_EQ(banned_until("libc.so.6", "uncompress2"), "manylinux_2_5_x86_64");
}

TEST(PolicySet, RulesWrittenOutGrowFromPolicyToPolicy) {
  for (const std::string& architecture : architectures()) {
    PolicySet policies = glibc(architecture);
    for (PolicyIndex index = 1; index < policies.linux_index(); ++index) {
      auto older = policies.versions(index - 1);
      auto newer = policies.versions(index);
      ASSERT_EQ(newer.size(), 6u);
      for (const auto& [family, versions] : older) {
        for (const std::string& version : versions) {
          EXPECT_TRUE(newer[family].count(version)) << policies[index].name << ' ' << version;
        }
      }
    }
    EXPECT_TRUE(policies.versions(policies.linux_index()).empty());
    EXPECT_TRUE(policies.libraries(policies.linux_index()).empty());
    EXPECT_TRUE(policies.banned_symbols(policies.linux_index()).empty());
  }
}

TEST(IsEverBanned, KnowsEverySymbolSomePolicyBans) {
  EXPECT_TRUE(is_ever_banned("uncompress2"));
  EXPECT_TRUE(is_ever_banned("__issignaling"));
  EXPECT_FALSE(is_ever_banned("malloc"));
  EXPECT_FALSE(is_ever_banned(""));
}

TEST(ListPolicies, LeavesLinuxOut) {
  EXPECT_EQ(list_policies("ppc64", Libc::kGlibc).size(), 1u);
  EXPECT_EQ(list_policies("x86_64", Libc::kMusl).size(), 2u);
  EXPECT_TRUE(list_policies("sparc64", Libc::kGlibc).empty());
}

TEST(ParseAndroidTag, HasLevelAndAbi) {
  const auto tag = parse_android_tag("android_24_arm64_v8a");
  ASSERT_TRUE(tag);
  EXPECT_EQ(tag->name, "android_24_arm64_v8a");
  EXPECT_EQ(tag->api_level, 24);
  EXPECT_EQ(tag->architecture, "aarch64");
}

TEST(ParseAndroidTag, RefusesWhatNoPolicyKnows) {
  for (const char* const other :
       {"", "android_", "android_24", "android_20_x86_64", "android_24_x86", "android_24_aarch64",
        "android_24_x86_64_", "android_-24_x86_64", "android_99999999999_x86_64", "linux_x86_64"})
    EXPECT_FALSE(parse_android_tag(other)) << other;
}

TEST(PolicySet, AndroidHasTheTagItselfBesideLinux) {
  const auto set = PolicySet::for_android(parse_android_tag("android_25_x86_64").value());
  ASSERT_EQ(set.size(), 2u);
  EXPECT_EQ(set[0].name, "android_25_x86_64");
  EXPECT_EQ(set[1].name, "linux_x86_64");
  EXPECT_TRUE(set.allows_library(0, "libvulkan.so"));
  EXPECT_FALSE(set.allows_library(0, "libaaudio.so"));
  EXPECT_TRUE(set.allows_library(0, "libc.so"));
  EXPECT_EQ(set.first_with_version("GLIBC_2.99"), 0u);
}

}  // namespace
}  // namespace elfwheel::policy
