// The text of --help, for a terminal of 80 columns.
#pragma once

#include <set>
#include <string>

#include "cli/command_description.h"

namespace elfwheel::cli {

// Usage, operands, options with defaults, notes, examples.
std::string command_help_text(const std::string& program, const CommandDescription& command);

// All commands, a line each; those of `brief_headings` by their names alone.
std::string program_help_text(const ProgramDescription& program,
                              const std::set<std::string>& brief_headings);

}  // namespace elfwheel::cli
