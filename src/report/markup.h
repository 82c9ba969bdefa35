// Escaping for the languages that graphs and pages are written in, so that no file name can leave
// its place in them.
//
// All take any bytes. What a reader could not see or would see elsewhere (control characters, bytes
// that are no UTF-8, marks that turn the direction of text) is written out: "\n", "\xff", "\u202e".
#pragma once

#include <string>
#include <string_view>

namespace elfwheel::report {

// As said above, without quotes.
std::string visible_text(std::string_view text);

// With its double quotes. In labels Graphviz reads backslashes and HTML entities even there.
std::string dot_quoted(std::string_view text);

// With its double quotes. Entities are Mermaid's, "#35;"; whatever might be markup becomes one.
std::string mermaid_quoted(std::string_view text);

// For text and for attributes in double quotes.
std::string html_escaped(std::string_view text);

}  // namespace elfwheel::report
