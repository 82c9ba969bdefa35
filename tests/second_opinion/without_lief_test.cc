// What is said in a build without LIEF.

#include <gtest/gtest.h>

#include "elfwheel/base/error.h"
#include "elfwheel/second_opinion/second_opinion.h"

namespace elfwheel::second_opinion {
namespace {

TEST(SecondOpinion, IsRefusedInABuildWithoutLief) {
  EXPECT_FALSE(available());
  try {
    by_lief();
    FAIL() << "there is one";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
    EXPECT_STREQ(error.what(),
                 "there is no cross-check: this program was built without LIEF (liblief-dev)");
  }
}

}  // namespace
}  // namespace elfwheel::second_opinion
