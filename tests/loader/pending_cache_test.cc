#include "loader/pending_cache.h"

#include <gtest/gtest.h>

#include "loader/memory_machine.h"

namespace elfwheel::loader {
namespace {

using Strings = std::vector<std::string>;

class PendingCacheOf : public testing::Test {
 protected:
  PendingCacheOf() {
    machine_.environment.conf_without_cache = true;
    machine_.text("/etc/ld.so.conf", "/opt/a\n/opt/b\n");
    machine_.program("/bin/p", {.needed = {"libx.so.1"}});
  }
  std::string found() const {
    const auto map = machine_.resolve("/bin/p");
    return map.load_order.empty() ? "" : map.objects[map.load_order.front()].path;
  }

  test::MemoryMachine machine_;
};

TEST_F(PendingCacheOf, RootWithoutCacheServesByWhatItsConfNames) {
  machine_.library("/opt/b/libx.so.1", {.soname = "libx.so.1"});
  const auto map = machine_.resolve("/bin/p");
  ASSERT_TRUE(map.complete());
  const Request& request = map.requests.front();
  EXPECT_EQ(request.found_by, FoundBy::kCache);
  ASSERT_EQ(request.steps.size(), 1u);
  EXPECT_EQ(request.steps.front().path, "/opt/b/libx.so.1");
  EXPECT_EQ(request.steps.front().named_by, "/etc/ld.so.conf:2");
  EXPECT_EQ(map.warnings, Strings{"no /etc/ld.so.cache: what /etc/ld.so.conf names is found as it "
                                  "will be after ldconfig"});
}

TEST_F(PendingCacheOf, RootIsOnlyReadWhereItIsAskedFor) {
  machine_.library("/opt/b/libx.so.1", {.soname = "libx.so.1"});
  machine_.environment.conf_without_cache = false;
  EXPECT_FALSE(machine_.resolve("/bin/p").complete());
}

TEST_F(PendingCacheOf, RootWithACacheHasThatAlone) {
  machine_.library("/opt/b/libx.so.1", {.soname = "libx.so.1"});
  machine_.text("/etc/ld.so.cache", "unusable");
  EXPECT_FALSE(machine_.resolve("/bin/p").complete());
}

TEST_F(PendingCacheOf, RootWithoutConfHasTheDefaultDirectories) {
  test::MemoryMachine bare;
  bare.environment.conf_without_cache = true;
  bare.program("/bin/p", {.needed = {"libx.so.1"}});
  bare.library("/lib/libx.so.1", {.soname = "libx.so.1"});
  EXPECT_EQ(bare.resolve("/bin/p").requests.front().found_by, FoundBy::kDefault);
}

TEST_F(PendingCacheOf, DefaultDirectoriesAreBehindTheNamedOnesWithoutAWarning) {
  machine_.library("/lib/libx.so.1", {.soname = "libx.so.1"});
  const auto map = machine_.resolve("/bin/p");
  EXPECT_EQ(map.requests.front().steps.front().named_by, "built in");
  EXPECT_EQ(map.warnings, Strings{});
  machine_.library("/opt/b/libx.so.1", {.soname = "libx.so.1"});
  EXPECT_EQ(found(), "/opt/b/libx.so.1");
  machine_.library("/opt/a/libx.so.1", {.soname = "libx.so.1"});
  EXPECT_EQ(found(), "/opt/a/libx.so.1");
}

TEST_F(PendingCacheOf, SonameIsTheKey) {
  machine_.library("/opt/a/libx.so.1", {.soname = "libother.so"});
  machine_.library("/opt/b/libfile.so.1.2", {.soname = "libx.so.1"});
  EXPECT_EQ(found(), "/opt/b/libfile.so.1.2");
}

TEST_F(PendingCacheOf, FileWithoutSonameIsItsOwn) {
  machine_.library("/opt/a/libx.so.1", {});
  EXPECT_EQ(found(), "/opt/a/libx.so.1");
}

TEST_F(PendingCacheOf, NewestFileServesAndTheLinkWillBeTurnedToIt) {
  machine_.library("/opt/a/libx.so.1.9", {.soname = "libx.so.1"});
  machine_.library("/opt/a/libx.so.1.10", {.soname = "libx.so.1"});
  machine_.link("/opt/a/libx.so.1", "libx.so.1.9");
  EXPECT_EQ(found(), "/opt/a/libx.so.1.10");
  machine_.link("/opt/a/libx.so.1", "libx.so.1.10");
  EXPECT_EQ(found(), "/opt/a/libx.so.1");
}

TEST_F(PendingCacheOf, FilesOfOtherMachinesAndBrokenOnesArePassedOver) {
  machine_.library("/opt/a/libx.so.1", {.soname = "libx.so.1", .machine = elf::EM_AARCH64});
  machine_.text("/opt/a/libx.so.2", "text");
  machine_.link("/opt/a/libx.so.3", "nowhere");
  machine_.link("/opt/a/libx.so.4", "libx.so.4");
  machine_.library("/opt/a/x.so.1", {.soname = "libx.so.1"});
  machine_.library("/opt/b/libx.so.1", {.soname = "libx.so.1"});
  EXPECT_EQ(found(), "/opt/b/libx.so.1");
}

TEST_F(PendingCacheOf, LevelsWinOverPlainFilesOfAnyDirectory) {
  machine_.library("/opt/a/libx.so.1", {.soname = "libx.so.1"});
  for (const char* level : {"x86-64-v2", "x86-64-v3"})
    machine_.library("/opt/b/glibc-hwcaps/" + std::string(level) + "/libx.so.1.0",
                     {.soname = "libx.so.1", .payload = level});
  EXPECT_EQ(found(), "/opt/a/libx.so.1");
  machine_.environment.hwcaps = {"x86-64-v3", "x86-64-v2"};
  EXPECT_EQ(found(), "/opt/b/glibc-hwcaps/x86-64-v3/libx.so.1.0");
}

TEST_F(PendingCacheOf, SeveralRootsIsReadOnce) {
  machine_.library("/opt/a/libx.so.1", {.soname = "libx.so.1"});
  const ObjectCache cache;
  EXPECT_TRUE(resolve(machine_.files(), "/bin/p", machine_.environment, cache).complete());
  machine_.text("/etc/ld.so.conf", "");
  EXPECT_TRUE(resolve(machine_.files(), "/bin/p", machine_.environment, cache).complete());
}

}  // namespace
}  // namespace elfwheel::loader
