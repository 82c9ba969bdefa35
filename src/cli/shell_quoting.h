// Text as a word of a shell's language: nothing in it is expanded, executed or split.
#pragma once

#include <string>
#include <string_view>

namespace elfwheel::cli {

// For bash, zsh and other shells of POSIX's kind.
std::string posix_quoted(std::string_view text);

// For fish, which has escapes between single quotes.
std::string fish_quoted(std::string_view text);

// Each character of `text` that is in `special` with a backslash in front.
std::string backslashed(std::string_view text, std::string_view special);

}  // namespace elfwheel::cli
