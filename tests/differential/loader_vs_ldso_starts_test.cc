// More of Glibc: where a start does something else than the trace that ldd asks for. elfwheel lists
// what a trace does, and says of a start whether it would be complete.
#include <gtest/gtest.h>

#include "differential/glibc_fixture.h"

namespace elfwheel::test {
namespace {

constexpr const char* kEnd = "error while loading shared libraries: ";

TEST_F(Glibc, MissingForTheFirstAskerEndsAStart) {
  tree_.program("p", {.needed = {"liba.so", "libb.so"}, .runpath = "@"});
  tree_.library("liba.so", {.needed = {"libx.so"}});
  tree_.library("libb.so", {.needed = {"libx.so"}, .runpath = "@/x"});
  tree_.library("x/libx.so", {});
  expect("p", {"liba.so => @/liba.so", "libb.so => @/libb.so", "libx.so => @/x/libx.so",
               "libx.so missing"});
  EXPECT_NE(start_glibc(tree_ / "p").find(std::string(kEnd) + "libx.so: "), std::string::npos);
}

TEST_F(Glibc, MissingFilteeEndsAStartUnlessItIsAuxiliary) {
  for (const auto& [tag, ends] : {std::pair(elf::DT_AUXILIARY, false), {elf::DT_FILTER, true}}) {
    tree_.program("p", {.needed = {"liba.so"}, .runpath = "@"});
    tree_.library("liba.so", {.strings = {{tag, "libnone.so"}}});
    expect("p", {"liba.so => @/liba.so", "libnone.so missing"});
    EXPECT_EQ(start_glibc(tree_ / "p").find(kEnd) != std::string::npos, ends);
  }
}

TEST_F(Glibc, PreloadsOfAProgramWithoutNeedsAreLoadedThoughATraceIsSilent) {
  tree_.program("p", {});
  tree_.library("liba.so", {});
  const Start start{.preload = tree_.at("@/liba.so")};
  EXPECT_EQ(lines(tree_, ask_glibc(tree_ / "p", start)), Lines{});
  EXPECT_EQ(lines(tree_, ask_elfwheel(tree_ / "p", start)), Lines{"@/liba.so"});
  EXPECT_NE(start_glibc(tree_ / "p", start).find(tree_.at("file=@/liba.so [0];  generating")),
            std::string::npos);
}

}  // namespace
}  // namespace elfwheel::test
