// The rules of what an edit may change, on readings made by hand.

#include <gtest/gtest.h>

#include "second_opinion/compare.h"

namespace elfwheel::second_opinion {
namespace {

using elf::Edits;
using Lines = std::vector<std::string>;

Facts some_facts() {
  Facts facts;
  facts.soname = "libx.so";
  facts.needed = {"liba.so", "libb.so"};
  facts.runpath = "/old";
  facts.interpreter = "/lib/ld.so";
  facts.dynamic = {{elf::DT_NEEDED, 1}, {elf::DT_FLAGS_1, 1}};
  facts.segments = {{elf::PT_LOAD, elf::PF_R, 0, 0, 0x1000, 0x1000, 0x1000, 0},
                    {elf::PT_GNU_STACK, elf::PF_R | elf::PF_W, 0, 0, 0, 0, 16, 0},
                    {elf::PT_LOAD, elf::PF_R, 0x1010, 0x2010, 8, 8, 0x1000, 0}};
  facts.symbols = {
      {"", "", 0, 0, 0, 0}, {"open", "V_1", 0, 0, 0x12, 0}, {"shut", "V_2", 0, 0, 0x12, 0}};
  facts.version_needs = {"V_1 of liba.so", "V_2 of libb.so"};
  return facts;
}

// What is said when all agree but for what `change` does to both readings of the edited file.
template <class Change>
Lines after(const Edits& edits, Change&& change) {
  Readings readings{some_facts(), some_facts(), some_facts(), some_facts()};
  change(readings.lief_after);
  change(readings.own_after);
  return objections(readings, edits);
}

TEST(Objections, AreNoneToAnEditThatDoesWhatItSays) {
  Edits edits;
  edits.soname = "liby.so";
  edits.rpath = "/new";
  edits.interpreter = "/lib/other.so";
  edits.os_abi = uint8_t{3};
  edits.exec_stack = true;
  edits.no_default_lib = true;
  edits.replace_needed = {{"liba.so", "libc.so"}};
  edits.clear_versions = {"shut"};
  edits.rename_symbols = {{"open", "unlock"}};
  EXPECT_EQ(after(edits,
                  [](Facts& facts) {
                    facts.soname = "liby.so";
                    facts.runpath = "/new";
                    facts.interpreter = "/lib/other.so";
                    facts.header.os_abi = 3;
                    facts.segments[1].flags |= elf::PF_X;
                    facts.dynamic[1].value = elf::DF_1_NODEFLIB;
                    facts.needed[0] = "libc.so";
                    facts.version_needs = {"V_1 of libc.so"};
                    facts.symbols[2].version.clear();
                    facts.symbols[1].name = "unlock";
                    std::swap(facts.symbols[1], facts.symbols[2]);  // ordered by their hashes
                  }),
            Lines{});
}

TEST(Objections, NameEachFactThatWasNotToChange) {
  const auto none = [](auto change) { return after(Edits(), change); };
  EXPECT_EQ(none([](Facts& facts) { facts.soname.reset(); }),
            Lines{"LIEF reads soname none after the edit where it read \"libx.so\""});
  EXPECT_EQ(none([](Facts& facts) { facts.interpreter = "/ld"; }),
            Lines{"LIEF reads interpreter \"/ld\" after the edit where it read \"/lib/ld.so\""});
  EXPECT_EQ(none([](Facts& facts) { facts.needed.pop_back(); }),
            Lines{"LIEF reads needed 1 none after the edit where it read \"libb.so\""});
  EXPECT_EQ(none([](Facts& facts) { facts.rpath = "/more"; }),
            Lines{"LIEF reads rpath \"/more\" after the edit where it read none"});
  EXPECT_EQ(none([](Facts& facts) { facts.version_needs[0] = "V_1 of libc.so"; }),
            Lines{"LIEF reads version need 0 \"V_1 of libc.so\" after the edit where it should "
                  "read \"V_1 of liba.so\""});
  EXPECT_EQ(none([](Facts& facts) { facts.segments[1].flags |= elf::PF_X; }).size(), 1u);
  EXPECT_EQ(none([](Facts& facts) { facts.segments[0].memory_size += 1; }).size(), 1u);
  EXPECT_EQ(none([](Facts& facts) { facts.segments[2].memory_size += 1; }).size(), 0u)
      << "a segment with nothing but tables may be laid out anew";
  EXPECT_EQ(none([](Facts& facts) { facts.symbols[1].version = "V_2"; }).size(), 1u);
  EXPECT_EQ(none([](Facts& facts) { facts.header.entry = 1; }).size(), 1u);
  EXPECT_EQ(none([](Facts& facts) { facts.dynamic[1].value = 0; }).size(), 1u);
  EXPECT_EQ(none([](Facts& facts) {
              facts.segments.push_back({elf::PT_LOAD, elf::PF_R, 0, 0x2012, 1, 1, 1, 0});
            }).size(),
            1u)
      << "overlap";
}

TEST(Objections, NameAWishThatWasNotFulfilled) {
  Edits edits;
  edits.exec_stack = true;
  EXPECT_EQ(after(edits, [](Facts&) {}).size(), 1u);
  edits = {};
  edits.os_abi = uint8_t{9};
  EXPECT_EQ(after(edits, [](Facts&) {}).size(), 1u);
  edits = {};
  edits.rpath = "";
  EXPECT_EQ(after(edits, [](Facts&) {}),
            Lines{"LIEF reads runpath \"/old\" after the edit where it should read none"});
  edits = {};
  edits.rename_symbols = {{"open", "unlock"}};
  EXPECT_EQ(after(edits, [](Facts&) {}).size(), 1u);
  edits = {};
  edits.clear_versions = {"shut"};
  EXPECT_EQ(after(edits, [](Facts&) {}).size(), 1u);
}

TEST(Objections, NameWhereElfwheelReadsOtherwise) {
  Readings readings{some_facts(), some_facts(), some_facts(), some_facts()};
  readings.own_after.runpath = "/else";
  EXPECT_EQ(objections(readings, Edits()),
            Lines{"LIEF reads runpath \"/old\" where elfwheel reads \"/else\""});
}

// A fact that LIEF cannot read right is left out, but not a change of what it reads.
TEST(Objections, LeaveOutWhatLiefReadsOtherwiseBeforeTheEditToo) {
  Readings readings{some_facts(), some_facts(), some_facts(), some_facts()};
  readings.own_before.symbols[2].size = readings.own_after.symbols[2].size = 8;
  EXPECT_EQ(objections(readings, Edits()), Lines{});
  readings.lief_after.symbols[2].value = 16;
  EXPECT_EQ(objections(readings, Edits()).size(), 2u);
}

}  // namespace
}  // namespace elfwheel::second_opinion
