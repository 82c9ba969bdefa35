// ANSI marks (ECMA-48 SGR) and the escaping of what came from a file.
#include "elfwheel/report/text_style.h"

#include <fmt/format.h>

#include <algorithm>

namespace elfwheel::report {

namespace {

std::string marked(const TextStyle& style, std::string_view code, std::string_view text) {
  if (!style.colour) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace

std::string render_alarm(const TextStyle& style, std::string_view text) {
  return marked(style, "31", text);
}

std::string render_dim(const TextStyle& style, std::string_view text) {
  return marked(style, "2", text);
}

std::string render_heading(const TextStyle& style, std::string_view text) {
  return marked(style, "1", text);
}

std::string printable(std::string_view text) {
  const auto is_control = [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; };
  if (std::none_of(text.begin(), text.end(), is_control)) return std::string(text);
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (is_control(byte)) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace elfwheel::report
