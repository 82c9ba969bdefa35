#include "repair/graft_name.h"

#include <gtest/gtest.h>

namespace elfwheel::repair {
namespace {

const std::string kDigest = "80664282" + std::string(56, '0');

TEST(GraftName, HashStandsAtTheFirstDot) {
  EXPECT_EQ(graft_name("libcudart.so.10.2.89", kDigest), "libcudart-80664282.so.10.2.89");
  EXPECT_EQ(graft_name("libldap-2.5.so.0.1.8", kDigest), "libldap-2-80664282.5.so.0.1.8");
}

TEST(GraftName, NameWithoutADotGetsItAtTheEnd) {
  EXPECT_EQ(graft_name("plugin", kDigest), "plugin-80664282");
}

TEST(GraftName, NameThatBearsItsHashStays) {
  EXPECT_EQ(graft_name("libyaml-0-80664282.so.2", kDigest), "libyaml-0-80664282.so.2");
  EXPECT_EQ(graft_name("libyaml-0-11111111.so.2", kDigest), "libyaml-0-11111111-80664282.so.2");
}

}  // namespace
}  // namespace elfwheel::repair
