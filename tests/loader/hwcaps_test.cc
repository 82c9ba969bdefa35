#include "loader/hwcaps.h"

#include <gtest/gtest.h>

namespace elfwheel::loader {
namespace {

using Strings = std::vector<std::string>;

TEST(Hwcaps, NamedDirectoriesComeBeforeTheDirectoryItself) {
  EXPECT_EQ(list_subdirectories({"x86-64-v3", "x86-64-v2"}, {}),
            (Strings{"glibc-hwcaps/x86-64-v3/", "glibc-hwcaps/x86-64-v2/", ""}));
  EXPECT_EQ(list_subdirectories({}, {}), Strings{""});
}

TEST(Hwcaps, LegacyDirectoriesAreAPowerSetWithTlsOutermost) {
  EXPECT_EQ(list_subdirectories({}, {"haswell", "avx512_1", "x86_64"}),
            (Strings{"tls/haswell/avx512_1/x86_64/", "tls/haswell/avx512_1/", "tls/haswell/x86_64/",
                     "tls/haswell/", "tls/avx512_1/x86_64/", "tls/avx512_1/", "tls/x86_64/", "tls/",
                     "haswell/avx512_1/x86_64/", "haswell/avx512_1/", "haswell/x86_64/", "haswell/",
                     "avx512_1/x86_64/", "avx512_1/", "x86_64/", ""}));
}

TEST(Hwcaps, PlatformThatIsAlsoACapabilityIsListedOnce) {
  EXPECT_EQ(
      list_subdirectories({}, {"x86_64", "x86_64"}),
      (Strings{"tls/x86_64/x86_64/", "tls/x86_64/", "tls/", "x86_64/x86_64/", "x86_64/", ""}));
}

}  // namespace
}  // namespace elfwheel::loader
