#include "cli/roff.h"

#include "cli/wrapped_text.h"

namespace elfwheel::cli {

std::string roff_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '\\':
        result += "\\e";
        break;
      case '-':
        result += "\\-";
        break;
      // Else they are typographic quotes and accents, which a shell does not take.
      case '\'':
        result += "\\(aq";
        break;
      case '`':
        result += "\\(ga";
        break;
      case '^':
        result += "\\(ha";
        break;
      case '~':
        result += "\\(ti";
        break;
      case '"':
        result += "\\(dq";
        break;
      case '\n':
      case '\t':
        result += ' ';
        break;
      default:
        result += c;
    }
  }
  // A full stop here begins a request; an apostrophe is escaped anyway.
  if (result.starts_with('.')) result.insert(0, "\\&");
  return result;
}

std::string roff_lines(std::string_view text) {
  std::string lines;
  for (const std::string& line : wrap_text(text, 80)) lines += roff_text(line) + "\n";
  return lines;
}

std::string roff_argument(std::string_view text) { return "\"" + roff_text(text) + "\""; }

std::string roff_bold(std::string_view text) { return "\\fB" + roff_text(text) + "\\fR"; }

std::string roff_italic(std::string_view text) { return "\\fI" + roff_text(text) + "\\fR"; }

}  // namespace elfwheel::cli
