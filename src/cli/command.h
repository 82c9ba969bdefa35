// One command of the program: what it takes and what it does.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/exit_status.h"

namespace elfwheel::cli {

class Command {
 public:
  virtual ~Command() = default;
  // What it is called on the command line.
  virtual std::string name() const = 0;
  // Registers name, options and help; they fill this object, which must outlive `app`.
  virtual CLI::App* add_to(CLI::App& app) = 0;
  // Does it. Errors of single inputs are told and counted (Console::for_each), others are thrown.
  virtual ExitStatus run(Console& console) = 0;
};

std::unique_ptr<Command> make_inspect();
std::unique_ptr<Command> make_lddtree();
std::unique_ptr<Command> make_symbols();
std::unique_ptr<Command> make_bindings();
std::unique_ptr<Command> make_show();
std::unique_ptr<Command> make_repair();
std::unique_ptr<Command> make_verify();
std::vector<std::unique_ptr<Command>> make_prints();
std::vector<std::unique_ptr<Command>> make_rpath_edits();
std::vector<std::unique_ptr<Command>> make_edits();
std::unique_ptr<Command> make_patchelf();
std::unique_ptr<Command> make_help();
std::unique_ptr<Command> make_completion();
std::unique_ptr<Command> make_generate();

}  // namespace elfwheel::cli
