// The program that is linked to LIEF, carried inside this library (CMakeLists.txt says why).
//
// It is called with the way of counting symbols and a time limit in seconds, reads an ELF file from
// its standard input and writes what LIEF says of it (facts_coding.h) to its standard output. A
// file that LIEF does not read is exit status 1 and one line on standard error.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "second_opinion/facts.h"

namespace elfwheel::second_opinion {

// What LIEF reads. Errors: std::exception, with what it says.
Facts facts_of_lief(const std::vector<uint8_t>& bytes, SymbolCount count);

}  // namespace elfwheel::second_opinion
