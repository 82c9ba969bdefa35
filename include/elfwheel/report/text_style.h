// How words are put on a page: what the caller knows about the reader, and the few marks that
// renderings share.
//
// The library asks no terminal: whether colour is wanted is the caller's decision.
#pragma once

#include <string>
#include <string_view>

namespace elfwheel::report {

struct TextStyle {
  bool colour = false;  // ANSI escape sequences for what stands out
};

// `text` as the style shows what is wrong (red), what is of less interest (dim) and headings
// (bold); unchanged without colour.
std::string render_alarm(const TextStyle& style, std::string_view text);
std::string render_dim(const TextStyle& style, std::string_view text);
std::string render_heading(const TextStyle& style, std::string_view text);

// `text` with control characters written out ("\n", "\x1b"), so that a name taken from a file
// stays on its line and leaves the terminal alone. Bytes from 0x80 on pass.
std::string printable(std::string_view text);

}  // namespace elfwheel::report
