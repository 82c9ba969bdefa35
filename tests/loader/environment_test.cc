#include "elfwheel/loader/environment.h"

#include <gtest/gtest.h>

#include "elfwheel/base/error.h"

namespace elfwheel::loader {
namespace {

using Strings = std::vector<std::string>;

TEST(AssumedCpuLevel, HasTheDirectoriesOfItsLevelAndOfThoseBelow) {
  LoaderEnvironment environment = host_environment("/opt", std::nullopt);
  assume_cpu_level(environment, "x86-64-v3");
  EXPECT_EQ(environment.hwcaps, (Strings{"x86-64-v3", "x86-64-v2"}));
  assume_cpu_level(environment, "x86-64-v4");
  EXPECT_EQ(environment.hwcaps, (Strings{"x86-64-v4", "x86-64-v3", "x86-64-v2"}));
  assume_cpu_level(environment, "x86-64");
  EXPECT_EQ(environment.hwcaps, Strings{});
  EXPECT_EQ(environment.platform_token, "x86_64");
  EXPECT_EQ(environment.cpu_machine, elf::EM_X86_64);
  EXPECT_EQ(environment.library_path, "/opt");
}

TEST(AssumedCpuLevel, MustBeOneOfTheKnown) {
  LoaderEnvironment environment;
  try {
    assume_cpu_level(environment, "x86-64-v9");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_STREQ(error.what(), "no CPU level is called 'x86-64-v9'");
  }
}

}  // namespace
}  // namespace elfwheel::loader
