#include "cli/wrapped_text.h"

namespace elfwheel::cli {

namespace {

constexpr const char* kBlanks = " \t\n";

// Bytes that begin a character: UTF-8's others are 10xxxxxx.
size_t count_columns(std::string_view text) {
  size_t columns = 0;
  for (const char c : text)
    if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) ++columns;
  return columns;
}

}  // namespace

std::vector<std::string> wrap_text(std::string_view text, size_t columns) {
  std::vector<std::string> lines;
  size_t begin = text.find_first_not_of(kBlanks);
  while (begin != std::string_view::npos) {
    const size_t end = text.find_first_of(kBlanks, begin);
    const std::string_view word = text.substr(begin, end - begin);
    if (!lines.empty() && count_columns(lines.back()) + 1 + count_columns(word) <= columns)
      lines.back().append(" ").append(word);
    else
      lines.emplace_back(word);
    begin = text.find_first_not_of(kBlanks, end);
  }
  return lines;
}

}  // namespace elfwheel::cli
