// The program as a whole: what it is called and says of itself, with some or all of its commands.
#pragma once

#include <CLI/App.hpp>
#include <string>

#include "cli/command_description.h"
#include "cli/registry.h"

namespace elfwheel::cli {

class Program {
 public:
  // Has the command `wanted`, or all if there is none of that name.
  explicit Program(const std::string& wanted);

  CLI::App& app() { return app_; }
  const Registry& registry() const { return registry_; }

 private:
  Registry registry_;
  CLI::App app_;
};

// All there is to say of it.
ProgramDescription describe_elfwheel();

// What `elfwheel COMMAND --help` prints; of "" what `elfwheel --help` does. Errors: kUsage when no
// command is called so.
std::string help_of(const std::string& command);

// The complaint about a command that there is not.
std::string unknown_command(const std::string& word);

// What to do first, for somebody who gives no command.
std::string first_steps();

}  // namespace elfwheel::cli
