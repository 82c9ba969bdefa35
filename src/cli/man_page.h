// Man pages in roff's macros man(7), for man-db, groff and mandoc.
#pragma once

#include <string>

#include "cli/command_description.h"

namespace elfwheel::cli {

// PROGRAM.1: what there is. `date` is that of the page, "2026-07-01", or empty.
std::string program_man_page(const ProgramDescription& program, const std::string& date);

// PROGRAM-COMMAND.1.
std::string command_man_page(const ProgramDescription& program, const CommandDescription& command,
                             const std::string& date);

}  // namespace elfwheel::cli
