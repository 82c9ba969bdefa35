// The command line as a whole: the registry of commands, help, version and usage errors.
#pragma once

#include "cli/console.h"
#include "cli/exit_status.h"

namespace elfwheel::cli {

// Parses the arguments and runs the command they name. A usage error is one line on standard error
// and kError; help and version go to standard output.
ExitStatus run(int argc, const char* const* argv, Console& console);

}  // namespace elfwheel::cli
