#include "second_opinion/child_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/descriptor.h"
#include "elfwheel/base/error.h"

namespace elfwheel::second_opinion {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kProgram = 3;           // where the new process has the program open
constexpr size_t kLongestLine = 200;  // of what a program says when it fails

// What the new process gets of this one: three files and signals as a shell gives them; of the
// environment nothing, so that the answer is the same for everybody.
class Surroundings {
 public:
  // `channel` is above kProgram.
  Surroundings(int program, int channel) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_adddup2(&files_, program, kProgram);
    posix_spawn_file_actions_adddup2(&files_, channel, 0);
    posix_spawn_file_actions_adddup2(&files_, channel, 1);
    posix_spawn_file_actions_adddup2(&files_, channel, 2);
    posix_spawn_file_actions_addclosefrom_np(&files_, kProgram + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~Surroundings() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  pid_t spawn(const std::vector<std::string>& arguments) const {
    std::vector<char*> words;
    for (const std::string& argument : arguments)
      words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    char* const environment[] = {nullptr};
    const std::string path = "/proc/self/fd/" + std::to_string(kProgram);
    pid_t child = -1;
    const int failed =
        posix_spawn(&child, path.c_str(), &files_, &attributes_, words.data(), environment);
    if (failed != 0) throw io_error("starting a child process", failed);
    return child;
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

// Both directions at once, so that neither side waits for the other for ever.
class Exchange {
 public:
  Exchange(int channel, Bytes input, unsigned seconds)
      : channel_(channel),
        unsent_(input),
        deadline_(Clock::now() + std::chrono::seconds(seconds)) {}

  // False when the time was up.
  bool run(std::string& output) {
    if (unsent_.empty()) shutdown(channel_, SHUT_WR);
    for (;;) {
      pollfd waiting{channel_, static_cast<short>(unsent_.empty() ? POLLIN : POLLIN | POLLOUT), 0};
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
      if (left <= 0) return false;
      const int ready = poll(&waiting, 1, static_cast<int>(std::min<int64_t>(left, 1'000'000)));
      if (ready <= 0) continue;  // a signal, or the time is up
      if ((waiting.revents & POLLOUT) != 0) send_some();
      if ((waiting.revents & ~POLLOUT) != 0 && !receive_some(output)) return true;
    }
  }

 private:
  void send_some() {
    const ssize_t sent =
        send(channel_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
    // A program that reads no more is no error here: its exit status tells.
    const size_t done = sent < 0 ? unsent_.size() : static_cast<size_t>(sent);
    unsent_ = {unsent_.data() + done, unsent_.size() - done};
    if (unsent_.empty()) shutdown(channel_, SHUT_WR);
  }

  bool receive_some(std::string& output) {
    char buffer[65536];
    const ssize_t size = recv(channel_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (size > 0) output.append(buffer, static_cast<size_t>(size));
    return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
  }

  int channel_;
  Bytes unsent_;
  Clock::time_point deadline_;
};

std::string end_of(int status, const std::string& output) {
  if (WIFSIGNALED(status)) return std::string("crashed (") + strsignal(WTERMSIG(status)) + ")";
  std::string text = "ended with status " + std::to_string(WEXITSTATUS(status));
  const std::string line = output.substr(0, std::min(output.find('\n'), kLongestLine));
  return line.empty() ? text : text + ": " + line;
}

}  // namespace

ChildAnswer run_child_program(int program, const std::vector<std::string>& arguments, Bytes input,
                              unsigned seconds) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw io_error("socketpair", errno);
  const Descriptor own_end(ends[0]);
  Descriptor other_end(ends[1]);
  Descriptor channel(fcntl(other_end.number(), F_DUPFD_CLOEXEC, kProgram + 1));
  if (!channel.is_open()) throw io_error("fcntl", errno);
  const pid_t child = Surroundings(program, channel.number()).spawn(arguments);
  channel.close();
  other_end.close();

  std::string output;
  const bool in_time = Exchange(own_end.number(), input, seconds).run(output);
  if (!in_time) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time) return {{}, "took longer than " + std::to_string(seconds) + " s"};
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return {{}, end_of(status, output)};
  return {output, {}};
}

}  // namespace elfwheel::second_opinion
