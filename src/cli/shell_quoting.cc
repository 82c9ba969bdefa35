#include "cli/shell_quoting.h"

namespace elfwheel::cli {

std::string posix_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    // A quote between quotes: end, a quote by itself, begin.
    if (c == '\'')
      result += "'\\''";
    else
      result += c;
  }
  return result + "'";
}

std::string fish_quoted(std::string_view text) { return "'" + backslashed(text, "\\'") + "'"; }

std::string backslashed(std::string_view text, std::string_view special) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

}  // namespace elfwheel::cli
