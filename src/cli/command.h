// One command of the program: what it takes and what it does.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/console.h"
#include "cli/exit_status.h"

namespace elfwheel::cli {

class Command {
 public:
  virtual ~Command() = default;
  // Registers name, options and help; they fill this object, which must outlive `app`.
  virtual CLI::App* add_to(CLI::App& app) = 0;
  // Does it. Errors of single inputs are told and counted (Console::for_each), others are thrown.
  virtual ExitStatus run(Console& console) = 0;
};

std::unique_ptr<Command> make_inspect();
std::unique_ptr<Command> make_lddtree();
std::unique_ptr<Command> make_print_rpath();
std::unique_ptr<Command> make_set_rpath();
std::unique_ptr<Command> make_add_rpath();
std::unique_ptr<Command> make_remove_rpath();
std::unique_ptr<Command> make_show();
std::unique_ptr<Command> make_repair();
std::unique_ptr<Command> make_verify();

}  // namespace elfwheel::cli
