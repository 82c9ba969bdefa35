#include "second_opinion/in_child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>

#include "elfwheel/base/error.h"

namespace elfwheel::second_opinion {
namespace {

constexpr int kAnswer = 3;  // the child's only open file besides /dev/null
// What the child's output begins with, so that an answer cut short is not taken for a whole one.
constexpr char kReturned = 'R';
constexpr char kThrew = 'T';

// Signals and files as if the child were a program of its own.
void settle_child(int answer, pid_t parent, unsigned seconds) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  for (const int number : {SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP})
    signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  dup2(answer, kAnswer);
  // Also the pipes of other threads' children, which would else stay open as long as this one runs.
  close_range(kAnswer + 1, ~0u, 0);
  const int nothing = open("/dev/null", O_RDWR);
  for (int number = 0; number < kAnswer; ++number) dup2(nothing, number);
  alarm(seconds);
}

[[noreturn]] void run_job(const std::function<std::string()>& job) {
  std::string text;
  try {
    text = kReturned + job();
  } catch (const std::exception& error) {
    text = std::string(1, kThrew) + error.what();
  }
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = write(kAnswer, text.data() + done, text.size() - done);
    if (written < 0 && errno != EINTR) _exit(1);
    if (written > 0) done += static_cast<size_t>(written);
  }
  _exit(0);
}

std::string read_all(int descriptor) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t size = read(descriptor, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return text;
    text.append(buffer, static_cast<size_t>(size));
  }
}

std::string end_of(int status, unsigned seconds) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    return "took longer than " + std::to_string(seconds) + " s";
  if (WIFSIGNALED(status)) return std::string("crashed (") + strsignal(WTERMSIG(status)) + ")";
  return "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

ChildAnswer run_in_child(const std::function<std::string()>& job, unsigned seconds) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw io_error("pipe", errno);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    settle_child(ends[1], parent, seconds);
    run_job(job);
  }
  const int failed = errno;
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    throw io_error("fork", failed);
  }
  const std::string text = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || text.empty())
    return {{}, end_of(status, seconds)};
  if (text[0] == kThrew) return {{}, text.substr(1)};
  return {text.substr(1), {}};
}

}  // namespace elfwheel::second_opinion
