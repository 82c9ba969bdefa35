// What edits leave as it is: LIEF's reading of the new bytes against its reading of the old ones.
#pragma once

#include <string>
#include <vector>

#include "elfwheel/elf/edit.h"
#include "second_opinion/facts.h"

namespace elfwheel::second_opinion {

// One line for each fact that `edits` do not name and that reads otherwise after them, or that they
// do name and that does not read as they want it.
std::vector<std::string> unwanted_changes(const Facts& before, const Facts& after,
                                          const elf::Edits& edits);

}  // namespace elfwheel::second_opinion
