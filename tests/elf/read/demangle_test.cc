#include "elfwheel/elf/demangle.h"

#include <gtest/gtest.h>

namespace elfwheel::elf {
namespace {

TEST(Demangle, GivesCxxNamesAsWritten) {
  EXPECT_EQ(demangle("_ZN3tvm7runtime8Registry3GetERKSs"),
            "tvm::runtime::Registry::Get(std::string const&)");
  EXPECT_EQ(demangle("_ZTI1A"), "typeinfo for A");
}

TEST(Demangle, LeavesOtherNamesAlone) {
  EXPECT_EQ(demangle(""), std::nullopt);
  EXPECT_EQ(demangle("TVMFuncCall"), std::nullopt);
  // The runtime's demangler takes that for the type int.
  EXPECT_EQ(demangle("i"), std::nullopt);
  EXPECT_EQ(demangle("_Z"), std::nullopt);
  EXPECT_EQ(demangle("_ZN3tvm"), std::nullopt);
  // Rust's v0 mangling.
  EXPECT_EQ(demangle("_RNvCs2EKd3dLlQHk_7stacker15remaining_stack"), std::nullopt);
}

}  // namespace
}  // namespace elfwheel::elf
