// Output goes to memory files, so a program that prints much cannot block.

#include "elf/judges/run.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace elfwheel::test {
namespace {

class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("output", MFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::runtime_error("memfd_create failed");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(descriptor_); }

  int descriptor() const { return descriptor_; }
  void fill(const std::string& text) {
    if (pwrite(descriptor_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("cannot write a memory file");
  }
  std::string text() const {
    std::string result;
    char buffer[65536];
    off_t at = 0;
    for (ssize_t got; (got = pread(descriptor_, buffer, sizeof buffer, at)) > 0; at += got)
      result.append(buffer, static_cast<size_t>(got));
    return result;
  }

 private:
  int descriptor_;
};

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& variables) {
  std::vector<std::string> result = {"LC_ALL=C"};
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (std::strncmp(*entry, "LD_", 3) != 0 && std::strncmp(*entry, "LC_ALL=", 7) != 0)
      result.emplace_back(*entry);
  for (const auto& [name, value] : variables) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const std::string& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

}  // namespace

Finished run(const std::vector<std::string>& command,
             const std::vector<std::pair<std::string, std::string>>& variables,
             const std::string& input) {
  MemoryFile in;
  in.fill(input);
  const MemoryFile out;
  const MemoryFile err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.descriptor(), 0);
  posix_spawn_file_actions_adddup2(&actions, out.descriptor(), 1);
  posix_spawn_file_actions_adddup2(&actions, err.descriptor(), 2);
  const std::vector<std::string> environment = environment_with(variables);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, command[0].c_str(), &actions, nullptr,
                                  pointers_to(command).data(), pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error(command[0] + ": " + std::strerror(failed));
  int status = 0;
  waitpid(child, &status, 0);
  Finished finished;
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.out = out.text();
  finished.err = err.text();
  return finished;
}

std::string run_ok(const std::vector<std::string>& command) {
  const Finished finished = run(command);
  if (finished.exit_code == 0) return finished.out;
  std::string text;
  for (const std::string& word : command) text += word + " ";
  throw std::runtime_error(text + "exits " + std::to_string(finished.exit_code) + ":\n" +
                           finished.out + finished.err);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (!line.empty()) result.push_back(line);
  return result;
}

}  // namespace elfwheel::test
