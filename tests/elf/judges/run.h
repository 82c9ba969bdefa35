// Runs a program and keeps what it prints.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace elfwheel::test {

struct Finished {
  int exit_code = -1;  // 128 + signal number when a signal ended it
  std::string out;
  std::string err;
};

// `command[0]` is searched in PATH and gets `input` on stdin. `variables` are set on top of this
// process's environment, from which the loader's own variables (LD_*) are taken out; LC_ALL is C.
// Throws std::runtime_error when the program cannot be started.
Finished run(const std::vector<std::string>& command,
             const std::vector<std::pair<std::string, std::string>>& variables = {},
             const std::string& input = "");

// As run, and throws with everything that was printed unless the exit code is 0.
std::string run_ok(const std::vector<std::string>& command);

// Non-empty lines of `text`.
std::vector<std::string> lines_of(const std::string& text);

}  // namespace elfwheel::test
