// Sources: the DOT language (graphviz.org/doc/info/lang.html, "escString" in attrs.html); Mermaid's
// flowchart syntax ("Entity codes to escape characters"); HTML, section 13.1.4. UTF-8: RFC 3629.
#include "report/markup.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace elfwheel::report {

namespace {

struct CodePoint {
  uint32_t value = 0;
  size_t length = 0;  // in bytes; 0: no UTF-8
};

CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  const size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < length) return {};
  uint32_t value = byte(0) & (0xffU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3fU);
  }
  static constexpr std::array<uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kSmallest[length] || value > 0x10ffff || is_surrogate) return {};
  return {value, length};
}

// Shows nothing, ends a line, or turns the direction of what follows.
bool is_unseen(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c & 0xfffe) == 0xfffe;
}

std::string written_out(uint32_t c) {
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  return c < 0x80 ? fmt::format("\\x{:02x}", c) : fmt::format("\\u{:04x}", c);
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// "_" marks emphasis only at the edge of a word; a space makes lists of "1. x" and "- x".
bool is_plain_in_mermaid(std::string_view text, size_t i) {
  const char c = text[i];
  if (is_word_character(c) || static_cast<unsigned char>(c) >= 0x80) return true;
  if (c == '_') {
    return i > 0 && i + 1 < text.size() && is_word_character(text[i - 1]) &&
           is_word_character(text[i + 1]);
  }
  return std::string_view("./-+:,=@").find(c) != std::string_view::npos;
}

}  // namespace

std::string visible_text(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (point.length == 0) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    if (is_unseen(point.value)) {
      result += written_out(point.value);
    } else {
      result += text.substr(0, point.length);
    }
    text.remove_prefix(point.length);
  }
  return result;
}

std::string dot_quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : visible_text(text)) {
    if (c == '&') {
      result += "&amp;";
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string mermaid_quoted(std::string_view text) {
  std::string result = "\"";
  const std::string visible = visible_text(text);
  for (size_t i = 0; i < visible.size(); ++i) {
    // Mermaid 11 makes a line break of "\n", whatever it was written with, unless something stands
    // between: a word joiner, which shows nothing.
    if (visible[i] == 'n' && i > 0 && visible[i - 1] == '\\') result += "#8288;";
    if (is_plain_in_mermaid(visible, i)) {
      result += visible[i];
    } else {
      result += fmt::format("#{};", static_cast<int>(visible[i]));
    }
  }
  return result + '"';
}

std::string html_escaped(std::string_view text) {
  std::string result;
  for (const char c : visible_text(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace elfwheel::report
