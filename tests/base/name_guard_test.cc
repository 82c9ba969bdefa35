#include "base/name_guard.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "support/temporary_directory.h"

namespace elfwheel {
namespace {

using test::TemporaryDirectory;

Descriptor open_directory(const std::string& path) {
  return Descriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

// Runs `body` in a child that is killed after it.
void in_killed_process(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

bool disappears(const std::string& path) {
  for (int i = 0; i < 5000; ++i) {
    if (!std::filesystem::exists(path)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

TEST(NameGuard, RemovesTheNameWhenItsProcessIsKilled) {
  const TemporaryDirectory directory;
  directory.write("temporary", "");
  directory.write("other", "");
  in_killed_process([&] {
    const Descriptor descriptor = open_directory(directory.path());
    NameGuard guard = NameGuard::start(descriptor.number(), "temporary");
    guard.await();
    ::kill(::getpid(), SIGKILL);
  });
  EXPECT_TRUE(disappears(directory / "temporary"));
  EXPECT_TRUE(std::filesystem::exists(directory / "other"));
}

TEST(NameGuard, LeavesTheNameOnceItIsDismissed) {
  const TemporaryDirectory directory;
  directory.write("temporary", "");
  const Descriptor descriptor = open_directory(directory.path());
  NameGuard guard = NameGuard::start(descriptor.number(), "temporary");
  guard.await();
  guard.dismiss();
  guard.dismiss();
  EXPECT_TRUE(std::filesystem::exists(directory / "temporary"));
}

TEST(NameGuard, GuardsSeveralNamesAtOnce) {
  const TemporaryDirectory directory;
  for (const char* name : {"a", "b", "c"}) directory.write(name, "");
  in_killed_process([&] {
    const Descriptor descriptor = open_directory(directory.path());
    NameGuard a = NameGuard::start(descriptor.number(), "a");
    NameGuard b = NameGuard::start(descriptor.number(), "b");
    NameGuard c = NameGuard::start(descriptor.number(), "c");
    // None holds another's channel: each can be dismissed, and does its work, alone.
    b.dismiss();
    a.await();
    c.await();
    ::kill(::getpid(), SIGKILL);
  });
  EXPECT_TRUE(disappears(directory / "a"));
  EXPECT_TRUE(disappears(directory / "c"));
  EXPECT_TRUE(std::filesystem::exists(directory / "b"));
}

TEST(NameGuard, IsDismissedWhileAChildOfTheProcessHoldsItsDescriptors) {
  const TemporaryDirectory directory;
  directory.write("temporary", "");
  const Descriptor descriptor = open_directory(directory.path());
  NameGuard guard = NameGuard::start(descriptor.number(), "temporary");
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  guard.dismiss();  // returns
  ::kill(child, SIGKILL);
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(std::filesystem::exists(directory / "temporary"));
}

volatile sig_atomic_t children_ended = 0;

TEST(NameGuard, IsNoChildThatTheProgramSees) {
  const TemporaryDirectory directory;
  const Descriptor descriptor = open_directory(directory.path());
  children_ended = 0;
  const auto before = ::signal(SIGCHLD, [](int) { children_ended = 1; });
  NameGuard guard = NameGuard::start(descriptor.number(), "none");
  guard.await();
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
  guard.dismiss();
  ::signal(SIGCHLD, before);
  EXPECT_EQ(children_ended, 0);
}

TEST(NameGuard, GuardsNothingWhereItCannotBeStarted) {
  const TemporaryDirectory directory;
  const Descriptor descriptor = open_directory(directory.path());
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{static_cast<rlim_t>(descriptor.number()) + 1, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  NameGuard guard = NameGuard::start(descriptor.number(), "none");
  ::setrlimit(RLIMIT_NOFILE, &before);
  guard.await();
  guard.dismiss();
}

}  // namespace
}  // namespace elfwheel
