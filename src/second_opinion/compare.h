// Where two readings of a file disagree, in words.
#pragma once

#include <string>
#include <vector>

#include "elfwheel/elf/edit.h"
#include "second_opinion/facts.h"

namespace elfwheel::second_opinion {

// Each fact that LIEF reads otherwise than elfwheel, one line each: `LIEF reads runpath "x" where
// elfwheel reads "y"`. Lists (symbols, segments) have a line for their first difference.
std::vector<std::string> differences(const Facts& lief, const Facts& own);

// All four readings of an edit.
struct Readings {
  Facts lief_before, own_before, lief_after, own_after;
};

// What speaks against the edit; empty when nothing does. See by_lief() for what is compared.
std::vector<std::string> objections(const Readings& readings, const elf::Edits& edits);

}  // namespace elfwheel::second_opinion
