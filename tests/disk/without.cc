// Runs a command to which the kernel refuses a feature, as another file system or an older kernel
// would; what the command starts inherits that.
//
//   without nameless-files|links|close-range COMMAND...
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

// O_TMPFILE without the O_DIRECTORY that is part of it.
constexpr uint32_t kNameless = O_TMPFILE & ~O_DIRECTORY;

struct Refusal {
  uint32_t call;
  uint32_t flags;  // refused only when its third argument has one of these; 0: always
  uint32_t error;
};

bool install(const Refusal& refusal) {
  const uint32_t refuse = SECCOMP_RET_ERRNO | refusal.error;
  const bool always = refusal.flags == 0;
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refusal.call, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, always ? 0 : refusal.flags, 0,
               static_cast<uint8_t>(always ? 0 : 1)),
      BPF_STMT(BPF_RET | BPF_K, refuse),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 3;
  Refusal refusal = {SYS_openat, kNameless, EOPNOTSUPP};
  if (::strcmp(words[1], "links") == 0) refusal = {SYS_linkat, 0, EPERM};
  if (::strcmp(words[1], "close-range") == 0) {
    refusal = {SYS_close_range, 0, ENOSYS};
    // Closing one by one must not take all day where each call is traced.
    const rlimit few = {256, 256};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  if (!install(refusal)) {
    ::perror("without: seccomp");
    return 3;
  }
  ::execvp(words[2], words + 2);
  ::perror("without");
  return 3;
}
