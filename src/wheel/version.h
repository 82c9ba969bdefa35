// Versions of distributions, as far as two spellings must be told to be one.
// Source: PEP 440 "Appendix B: Parsing version strings with regular expressions", "Normalization".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace elfwheel::wheel {

// The normal form of a PEP 440 version without the zeros at the end of its release: "v1.0-RC.1" is
// "1rc1". Nothing for text that is no such version.
std::optional<std::string> normalize_version(std::string_view text);

// ASCII only: names and versions know no other letters.
std::string to_lower(std::string_view text);

}  // namespace elfwheel::wheel
