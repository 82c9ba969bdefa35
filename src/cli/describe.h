// Reads what a command takes from its definition. What help, man pages and completions need beyond
// names and texts is found in CLI11's own terms:
//
//   a value's name   type_name("DIR"): what a value is, its name says (FILE, WHEEL, DIR, A:B, …)
//   a set of words   check(CLI::IsMember(…)) or check(suggest(…))
//   a default        capture_default_str()
//   a flag's value   type_name("LEVEL") of a flag: --strip, --strip=debug
//   notes, examples  footer("A paragraph.\n\nAnother.\n\nExamples:\n  a command line")
#pragma once

#include <CLI/App.hpp>

#include "cli/command_description.h"

namespace elfwheel::cli {

// `app` is a command, or the program without its commands. Options of the group "" are left out;
// --help comes last.
CommandDescription describe_command(const CLI::App& app);

// The program and its commands, without those of the heading "". What the definition does not say
// is left empty: version, exit_statuses, variables.
ProgramDescription describe_program(const CLI::App& app);

}  // namespace elfwheel::cli
