#include <gtest/gtest.h>

#include "elfwheel/repair/plan.h"

namespace elfwheel::repair {
namespace {

using Texts = std::vector<std::string>;

// An audit of one file that asks for the given things.
WheelAudit audit_of(policy::Object object) {
  WheelAudit audit;
  audit.requirements.architecture = "x86_64";
  audit.requirements.libc = elf::Libc::kGlibc;
  object.name = "pkg/a.so";
  object.root = true;
  audit.requirements.objects = {std::move(object)};
  audit.members.resize(1);
  audit.members[0].path = "pkg/a.so";
  audit.evaluation = policy::evaluate(audit.requirements);
  return audit;
}

Texts refusals(const WheelAudit& audit, const std::string& platform) {
  const policy::TagChoice choice =
      policy::choose_tags(*audit.evaluation, policy::parse_platform(platform), false);
  return find_refusals(audit, choice);
}

TEST(Refusals, TooNewSymbolsAreNamedWithTheBestTag) {
  policy::Object object;
  object.version_uses = {{"libc.so.6", "GLIBC_2.34", {"a", "b", "c", "d"}},
                         {"libm.so.6", "GLIBC_2.29", {"exp"}}};
  EXPECT_EQ(refusals(audit_of(object), "manylinux2014_x86_64"),
            (Texts{"pkg/a.so needs a, b, c and 1 more@GLIBC_2.34 of libc.so.6, too new for "
                   "manylinux_2_17_x86_64: manylinux_2_34_x86_64 is the best tag with it",
                   "pkg/a.so needs exp@GLIBC_2.29 of libm.so.6, too new for "
                   "manylinux_2_17_x86_64: manylinux_2_31_x86_64 is the best tag with it"}));
}

TEST(Refusals, VersionThatNoPolicyHasIsSaidToBe) {
  policy::Object object;
  object.version_uses = {{"libc.so.6", "GLIBC_2.99", {}}};
  EXPECT_EQ(refusals(audit_of(object), "auto"),
            Texts{"pkg/a.so needs GLIBC_2.99 of libc.so.6, too new for manylinux_2_41_x86_64: no "
                  "policy has it"});
}

TEST(Refusals, IsaLevelIsNamed) {
  policy::Object object;
  object.isa = policy::IsaLevel::kV3;
  EXPECT_EQ(refusals(audit_of(object), "manylinux_2_28_x86_64"),
            Texts{"pkg/a.so needs x86-64-v3, more than manylinux_2_28_x86_64 promises"});
}

TEST(Refusals, NarrowUnicodeIsNamed) {
  WheelAudit audit = audit_of({});
  audit.requirements.ucs2_files = {"pkg/a.so"};
  audit.evaluation = policy::evaluate(audit.requirements);
  EXPECT_EQ(refusals(audit, "manylinux_2_28_x86_64"),
            Texts{"pkg/a.so is built for a narrow-unicode Python 2 (UCS2), which "
                  "manylinux_2_28_x86_64 bars"});
}

TEST(Refusals, WhatStandsAgainstAnyTagComesFirst) {
  WheelAudit audit = audit_of({});
  audit.refusals = {"first"};
  EXPECT_EQ(refusals(audit, "auto"), Texts{"first"});
}

}  // namespace
}  // namespace elfwheel::repair
