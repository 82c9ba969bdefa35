// Lines of a large text, one by one and without copies.
#pragma once

#include <string_view>

namespace elfwheel::repair {

// Calls body(line) for each line, the line end left out, until it returns false.
template <class Body>
void for_each_line(std::string_view text, Body&& body) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (!body(text.substr(0, end))) return;
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace elfwheel::repair
