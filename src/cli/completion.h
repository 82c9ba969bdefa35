// Scripts that make shells complete a program's command lines. They hold all that there is to say
// and do not start the program.
//
// Each completes two programs: `program.name`, and patchelf, as which a link to it may be called.
#pragma once

#include <string>

#include "cli/command_description.h"

namespace elfwheel::cli {

// bash 4 or later, with the package bash-completion or without.
std::string bash_completion(const ProgramDescription& program);
// zsh's function system (compinit): as a file _PROGRAM of $fpath, or read by `source`.
std::string zsh_completion(const ProgramDescription& program);
// fish 3.4 or later.
std::string fish_completion(const ProgramDescription& program);

}  // namespace elfwheel::cli
