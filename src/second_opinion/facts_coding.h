// Facts as bytes, for the way from the program that reads with LIEF to this one. Both are of one
// build: there is no version, and nothing is kept.
#pragma once

#include <string>
#include <string_view>

#include "second_opinion/facts.h"

namespace elfwheel::second_opinion {

std::string encode(const Facts& facts);
// Errors: kCorrupt for anything that encode() does not write.
Facts decode(std::string_view text);

}  // namespace elfwheel::second_opinion
