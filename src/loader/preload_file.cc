#include "loader/preload_file.h"

#include <algorithm>

namespace elfwheel::loader {

std::vector<std::string> split_words(std::string_view text, std::string_view separators) {
  std::vector<std::string> words;
  size_t at = 0;
  while ((at = text.find_first_not_of(separators, at)) != std::string_view::npos) {
    const size_t end = std::min(text.find_first_of(separators, at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::vector<std::string> parse_preload_file(std::string text) {
  size_t rest = text.size();
  while (true) {
    size_t at = std::string_view(text).substr(0, rest).find('#');
    if (at == std::string_view::npos) break;
    rest -= at;
    do {
      text[at] = ' ';
    } while (--rest > 0 && text[++at] != '\n');
  }
  return split_words(text, ": \t\n");
}

}  // namespace elfwheel::loader
