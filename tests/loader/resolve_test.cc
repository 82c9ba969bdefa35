// resolve() on a machine in memory: what it records, and what cannot be had from a real loader.
// That its answers are the real loader's is the business of tests/differential.
#include "elfwheel/loader/resolve.h"

#include <gtest/gtest.h>

#include "elfwheel/base/error.h"
#include "loader/memory_machine.h"

namespace elfwheel::loader {
namespace {

using test::MemoryMachine;
using Strings = std::vector<std::string>;

std::string message_of(const MemoryMachine& machine, const std::string& path) {
  try {
    machine.resolve(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "resolved";
}

TEST(Resolve, RecordsEveryPlaceThatWasTried) {
  MemoryMachine machine;
  machine.environment.library_path = "/e";
  machine.program("/p", {.needed = {"liba.so"}, .rpath = "/none:/r"});
  machine.library("/r/liba.so", {.machine = elf::EM_AARCH64});
  machine.library("/e/other", {});
  machine.library("/usr/lib/liba.so", {});
  const LinkMap map = machine.resolve("/p");
  ASSERT_EQ(map.requests.size(), 1u);
  const Request& request = map.requests[0];
  Strings tried;
  for (const SearchStep& step : request.steps)
    tried.push_back(std::string(found_by_name(step.source)) + " " + step.path + ": " +
                    step.outcome);
  EXPECT_EQ(tried, (Strings{"rpath /none/liba.so: No such file or directory",
                            "rpath /r/liba.so: wrong machine",
                            "LD_LIBRARY_PATH /e/liba.so: No such file or directory",
                            "default /lib/liba.so: No such file or directory",
                            "default /usr/lib/liba.so: found"}));
  EXPECT_EQ(request.steps[0].rpath_owner, ObjectId{0});
  EXPECT_EQ(request.steps[2].rpath_owner, std::nullopt);
  EXPECT_EQ(request.found_by, FoundBy::kDefault);
}

TEST(Resolve, ShowsObjectsAsTheirFilesHaveThem) {
  MemoryMachine machine;
  machine.program("/bin/p", {.needed = {"liba.so", "liba.so"}, .rpath = "$ORIGIN/../lib:/x"});
  machine.library("/lib/real.so", {.soname = "liba.so.1", .runpath = ""});
  machine.link("/lib/liba.so", "real.so");
  const LinkMap map = machine.resolve("/bin/p");
  ASSERT_EQ(map.objects.size(), 2u);
  const LoadedObject& root = map.objects[0];
  EXPECT_EQ(root.path, "/bin/p");
  EXPECT_EQ(root.interp, "/lib64/ld-linux-x86-64.so.2");
  EXPECT_EQ(root.needed, (Strings{"liba.so", "liba.so"}));
  EXPECT_EQ(root.rpath, (Strings{"$ORIGIN/../lib", "/x"}));
  EXPECT_EQ(root.runpath, std::nullopt);
  EXPECT_EQ(root.architecture, "x86_64");
  EXPECT_EQ(root.loader, std::nullopt);
  const LoadedObject& library = map.objects[1];
  EXPECT_EQ(library.name, "liba.so");
  EXPECT_EQ(library.path, "/bin/../lib/liba.so");
  EXPECT_EQ(library.real_path, "/lib/real.so");
  EXPECT_EQ(library.soname, "liba.so.1");
  EXPECT_EQ(library.runpath, Strings{});
  EXPECT_EQ(library.loader, ObjectId{0});
  EXPECT_EQ(library.found_by, FoundBy::kRpath);
  EXPECT_EQ(map.requests[1].found_by, FoundBy::kAlreadyLoaded);
  EXPECT_EQ(map.load_order, std::vector<ObjectId>{1});
}

TEST(Resolve, CacheServesBeforeTheDefaultDirectories) {
  MemoryMachine machine;
  // One entry for liba.so.1; header, entry, strings.
  std::string cache = "glibc-ld.so.cache1.1";
  cache += std::string("\1\0\0\0", 4) + std::string(24, '\0');
  cache += std::string("\3\3\0\0\x48\0\0\0\x52\0\0\0", 12) + std::string(12, '\0');
  cache += std::string("liba.so.1\0/opt/liba.so.1\0", 25);
  machine.text("/etc/ld.so.cache", cache);
  machine.library("/opt/liba.so.1", {});
  machine.library("/lib/liba.so.1", {});
  machine.program("/p", {.needed = {"liba.so.1"}});
  const LinkMap map = machine.resolve("/p");
  EXPECT_EQ(map.objects[1].path, "/opt/liba.so.1");
  EXPECT_EQ(map.requests[0].found_by, FoundBy::kCache);

  machine.program("/q",
                  {.needed = {"liba.so.1"}, .entries = {{elf::DT_FLAGS_1, elf::DF_1_NODEFLIB}}});
  EXPECT_EQ(machine.loads("/q"), Strings{"/opt/liba.so.1"});
  machine.environment.default_directories = {"/opt"};
  EXPECT_EQ(machine.loads("/q"), Strings{});
  machine.environment.default_directories = {"/lib"};
  machine.environment.read_system_files = false;
  EXPECT_EQ(machine.loads("/p"), Strings{"/lib/liba.so.1"});
}

TEST(Resolve, GivesUpWhereTheLoaderDoesAndSaysWhy) {
  MemoryMachine machine;
  machine.program("/p", {.needed = {"liba.so", "libb.so"}});
  machine.text("/lib/liba.so", "text");
  machine.library("/lib/libb.so", {});
  const LinkMap map = machine.resolve("/p");
  ASSERT_EQ(map.requests.size(), 1u);
  EXPECT_EQ(map.requests[0].fatal, "/lib/liba.so: file too short");
  EXPECT_EQ(map.requests[0].object, std::nullopt);
  EXPECT_FALSE(map.complete());
}

TEST(Resolve, MissingPreloadIsAWarningOnly) {
  MemoryMachine machine;
  machine.environment.preload = "libnone.so:/text";
  machine.text("/text", "text");
  machine.text("/etc/ld.so.preload", "/lib/libp.so");
  machine.library("/lib/libp.so", {});
  machine.program("/p", {});
  const LinkMap map = machine.resolve("/p");
  EXPECT_EQ(map.warnings, (Strings{"LD_PRELOAD: libnone.so: not found: ignored",
                                   "LD_PRELOAD: /text: file too short: ignored"}));
  EXPECT_TRUE(map.complete());
  ASSERT_EQ(map.load_order.size(), 1u);
  EXPECT_EQ(map.objects[1].path, "/lib/libp.so");
  EXPECT_EQ(map.objects[1].found_by, FoundBy::kPreload);
  EXPECT_EQ(map.preloads.size(), 3u);
}

TEST(Resolve, OnlyTheRootsAuxiliaryFilteeMayBeMissing) {
  MemoryMachine machine;
  machine.program("/p", {.needed = {"liba.so"}, .strings = {{elf::DT_AUXILIARY, "libx.so"}}});
  machine.library("/lib/liba.so", {});
  EXPECT_TRUE(machine.resolve("/p").complete());
  machine.library("/lib/liba.so", {.strings = {{elf::DT_AUXILIARY, "libx.so"}}});
  EXPECT_FALSE(machine.resolve("/p").complete());
}

TEST(Resolve, EndsWhereFiltersFilterEachOther) {
  MemoryMachine machine;
  machine.program("/p", {.needed = {"liba.so"}});
  machine.library("/lib/liba.so", {.strings = {{elf::DT_FILTER, "libb.so"}}});
  machine.library("/lib/libb.so", {.strings = {{elf::DT_AUXILIARY, "liba.so"}}});
  const LinkMap map = machine.resolve("/p");
  EXPECT_EQ(map.load_order.size(), 2u);
  EXPECT_EQ(map.warnings,
            Strings{"/lib/liba.so and /lib/libb.so filter each other: ld.so would not end"});
}

TEST(Resolve, LoaderIsThereEvenIfItsFileIsNot) {
  MemoryMachine machine;
  machine.library("/x.so", {.needed = {"ld-linux-aarch64.so.1"}, .machine = elf::EM_AARCH64});
  const LinkMap map = machine.resolve("/x.so");
  EXPECT_TRUE(map.complete());
  EXPECT_EQ(map.objects[1].path, "/lib/ld-linux-aarch64.so.1");
  EXPECT_EQ(map.objects[1].architecture, "aarch64");
}

TEST(Resolve, FollowsTheRootsMachine) {
  for (const auto order : {elf::ByteOrder::kLittle, elf::ByteOrder::kBig}) {
    MemoryMachine machine;
    machine.environment.default_directories.clear();
    machine.text("/etc/debian_version", "12");
    const std::string multiarch =
        order == elf::ByteOrder::kBig ? "powerpc64-linux-gnu" : "powerpc64le-linux-gnu";
    const test::ElfSpec kind{.byte_order = order, .machine = elf::EM_PPC64};
    test::ElfSpec root = kind;
    root.needed = {"liba.so"};
    root.rpath = "/native";
    machine.library("/x.so", root);
    machine.library("/native/liba.so", {});
    machine.library("/usr/lib/" + multiarch + "/liba.so", kind);
    EXPECT_EQ(machine.loads("/x.so"), Strings{"/usr/lib/" + multiarch + "/liba.so"});
  }
}

TEST(Resolve, CpuOfAnotherMachineDoesNotCount) {
  MemoryMachine machine;
  machine.environment.hwcaps = {"x86-64-v3"};
  machine.environment.cpu_machine = elf::EM_X86_64;
  for (const auto number : {elf::EM_X86_64, elf::EM_AARCH64}) {
    machine.library("/x.so", {.needed = {"liba.so"}, .machine = number});
    machine.library("/lib/liba.so", {.machine = number});
    machine.library("/lib/glibc-hwcaps/x86-64-v3/liba.so", {.machine = number});
    const bool is_x86 = number == elf::EM_X86_64;
    EXPECT_EQ(machine.loads("/x.so"),
              Strings{is_x86 ? "/lib/glibc-hwcaps/x86-64-v3/liba.so" : "/lib/liba.so"});
  }
}

TEST(Resolve, SharedCacheChangesNothingInTheAnswer) {
  MemoryMachine machine;
  machine.program("/p", {.needed = {"liba.so", "libnone.so"}, .rpath = "/a"});
  machine.library("/a/liba.so", {.soname = "liba.so", .needed = {"libb.so"}});
  machine.library("/lib/libb.so", {.needed = {"liba.so"}});
  const ObjectCache cache;
  const LinkMap alone = machine.resolve("/p");
  for (int round = 0; round < 2; ++round) {
    const LinkMap cached = resolve(machine.files(), "/p", machine.environment, cache);
    ASSERT_EQ(cached.objects.size(), alone.objects.size());
    ASSERT_EQ(cached.requests.size(), alone.requests.size());
    for (size_t i = 0; i < alone.objects.size(); ++i)
      EXPECT_EQ(cached.objects[i].path, alone.objects[i].path);
    for (size_t i = 0; i < alone.requests.size(); ++i) {
      EXPECT_EQ(cached.requests[i].object, alone.requests[i].object);
      EXPECT_EQ(cached.requests[i].steps.size(), alone.requests[i].steps.size());
    }
  }
}

TEST(Resolve, RootThatCannotBeReadIsAnError) {
  MemoryMachine machine;
  machine.text("/text", "text");
  machine.text("/d/f", "");
  EXPECT_EQ(message_of(machine, "/none"), "cannot open: No such file or directory");
  EXPECT_EQ(message_of(machine, "/d"), "cannot open: Is a directory");
  EXPECT_EQ(message_of(machine, "/text"), "not an ELF file");
}

TEST(Resolve, WheelOverTheHostFindsLibrariesOfBoth) {
  MemoryMachine host;
  host.library("/lib/libz.so.1", {.soname = "libz.so.1"});
  MemoryMachine wheel;
  const std::string site = "/venv/lib/python3.11/site-packages";
  wheel.library(site + "/pkg/_x.so", {.needed = {"liba-12345678.so", "libz.so.1"},
                                      .rpath = "$ORIGIN:$ORIGIN/../pkg.libs"});
  wheel.library(site + "/pkg.libs/liba-12345678.so", {});
  const auto both = make_overlay_file_system(wheel.files(), host.files());
  const LinkMap map = resolve(*both, site + "/pkg/_x.so", host.environment);
  ASSERT_TRUE(map.complete());
  EXPECT_EQ(map.objects[1].real_path, site + "/pkg.libs/liba-12345678.so");
  EXPECT_EQ(map.objects[2].path, "/lib/libz.so.1");
}

}  // namespace
}  // namespace elfwheel::loader
