// Other threads of this process may hold any lock when it is copied, so the copy calls nothing but
// the system, and that directly: the C library's wrappers may be replaced by a sanitizer's.
#include "base/name_guard.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace elfwheel {
namespace {

// Descriptors that are closed one by one where the kernel has no close_range (before 5.9).
constexpr uint64_t kMostDescriptors = 65536;

// Inclusive; nothing when it is empty.
void close_between(unsigned first, unsigned last) {
  if (first > last) return;
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, first, last, 0) == 0) return;
#endif
  uint64_t limit[2] = {kMostDescriptors,
                       kMostDescriptors};  // soft and hard, as the kernel has them
  ::syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, limit);
  const auto open_files = static_cast<unsigned>(std::min(limit[0], kMostDescriptors));
  for (unsigned number = first; number <= last && number < open_files; ++number)
    ::syscall(SYS_close, number);
}

// Above all the other end of the own channel, which would keep it from ending, and those of guards
// that other threads have started.
void close_all_but(int one, int other) {
  const auto low = static_cast<unsigned>(std::min(one, other));
  const auto high = static_cast<unsigned>(std::max(one, other));
  if (low > 0) close_between(0, low - 1);
  close_between(low + 1, high - 1);
  close_between(high + 1, ~0U);
}

// What the new process does. A byte means that the name is taken care of, the end of the channel
// that the other process is dead.
[[noreturn]] void watch(int channel, int directory, const char* name) {
  ::syscall(SYS_setsid);
  close_all_but(channel, directory);
  char byte = 0;
  // A process that cannot say that it is ready must not be waited for.
  if (::syscall(SYS_write, channel, &byte, 1) == 1) {
    long got = -1;
    do {
      got = ::syscall(SYS_read, channel, &byte, 1);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) ::syscall(SYS_unlinkat, directory, name, 0);
  }
  for (;;) ::syscall(SYS_exit_group, 0);
}

}  // namespace

NameGuard NameGuard::start(int directory, const std::string& name) {
  NameGuard guard;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return guard;
  guard.channel_ = Descriptor(ends[0]);
  const Descriptor other_end(ends[1]);

  // The copy inherits the mask: no handler of this process ever runs in it.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  // fork(2) without the C library: no handlers of pthread_atfork, and no signal at its end.
  const long process = ::syscall(SYS_clone, 0L, 0L, 0L, 0L, 0L);
  if (process == 0) watch(ends[1], directory, name.c_str());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (process < 0) {
    guard.channel_.close();
  } else {
    guard.process_ = static_cast<int>(process);
  }
  return guard;
}

NameGuard::NameGuard(NameGuard&& other) noexcept
    : channel_(std::move(other.channel_)), process_(std::exchange(other.process_, -1)) {}

NameGuard& NameGuard::operator=(NameGuard&& other) noexcept {
  std::swap(channel_, other.channel_);
  std::swap(process_, other.process_);
  return *this;
}

NameGuard::~NameGuard() { dismiss(); }

void NameGuard::await() {
  char byte = 0;
  // A process that was killed meanwhile shows as the end of the channel.
  while (channel_.is_open() && ::recv(channel_.number(), &byte, 1, 0) < 0 && errno == EINTR) {
  }
}

void NameGuard::dismiss() noexcept {
  if (process_ < 0) return;
  const char byte = 0;
  // Not the closing alone: a child of this process may hold a copy of the channel.
  while (::send(channel_.number(), &byte, 1, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
  channel_.close();
  // A process without a signal at its end is waited for only when asked for by __WALL.
  while (::waitpid(process_, nullptr, __WALL) < 0 && errno == EINTR) {
  }
  process_ = -1;
}

}  // namespace elfwheel
