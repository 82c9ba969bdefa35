#include "second_opinion/lief_program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "second_opinion/facts_coding.h"

namespace elfwheel::second_opinion {
namespace {

// Ends with the caller, in any case after a time, and leaves no core file.
void settle(unsigned seconds) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  alarm(seconds);
}

std::vector<uint8_t> read_input() {
  std::vector<uint8_t> bytes;
  size_t size = 0;
  for (;;) {
    bytes.resize(size + (size_t{1} << 18) + size / 2);
    while (size < bytes.size()) {
      const ssize_t got = read(STDIN_FILENO, bytes.data() + size, bytes.size() - size);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        bytes.resize(size);
        return bytes;
      }
      size += static_cast<size_t>(got);
    }
  }
}

bool write_output(const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = write(STDOUT_FILENO, text.data() + done, text.size() - done);
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) done += static_cast<size_t>(written);
  }
  return true;
}

// Whatever LIEF prints must not end up in the answer.
int silence() {
  const int kept = dup(STDERR_FILENO);
  const int nothing = open("/dev/null", O_WRONLY);
  dup2(nothing, STDERR_FILENO);
  return kept;
}

}  // namespace
}  // namespace elfwheel::second_opinion

int main(int argc, char** argv) {
  using namespace elfwheel::second_opinion;
  if (argc != 3) return 2;
  settle(static_cast<unsigned>(std::atoi(argv[2])));
  const int complaints = silence();
  try {
    const auto count = static_cast<SymbolCount>(std::atoi(argv[1]));
    if (!write_output(encode(facts_of_lief(read_input(), count)))) return 1;
  } catch (const std::exception& error) {
    dprintf(complaints, "%s\n", error.what());
    _exit(1);
  }
  // Without destructors of what LIEF keeps, which are of no use any more.
  _exit(0);
}
