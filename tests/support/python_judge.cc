#include "support/python_judge.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "support/temporary_directory.h"
#include "support/whole_file.h"

namespace elfwheel::test {
namespace {

std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::string run_python(const std::string& program, const std::vector<std::string>& arguments) {
  const TemporaryDirectory directory;
  write_file(directory / "program.py", program);
  std::string command =
      shell_quoted(ELFWHEEL_TOOLS_PYTHON) + " -I -B " + shell_quoted(directory / "program.py");
  for (const std::string& argument : arguments) command += " " + shell_quoted(argument);
  command += " 2>" + shell_quoted(directory / "stderr");
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) {
    ADD_FAILURE() << "popen " << command;
    return "";
  }
  std::string output;
  char buffer[4096];
  for (size_t got = 0; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    output.append(buffer, got);
  const int status = pclose(pipe);
  EXPECT_EQ(status, 0) << command << "\n" << read_file(directory / "stderr");
  return output;
}

}  // namespace elfwheel::test
