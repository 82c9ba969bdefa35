// Text for man pages: what roff would read as a request or an escape stands for itself.
// groff(7), "Escapes"; groff_man_style(7), "Portability".
#pragma once

#include <string>
#include <string_view>

namespace elfwheel::cli {

// `text` inside of a line, without line breaks. A '-' is one that can be searched and copied.
std::string roff_text(std::string_view text);

// `text` as a whole line or more, of at most 80 columns before escaping where it has blanks; no
// line is taken for a request. Ends with a line break unless it is empty.
std::string roff_lines(std::string_view text);

// `text` as one argument of a request, with quotes around it.
std::string roff_argument(std::string_view text);

// In bold, in italics.
std::string roff_bold(std::string_view text);
std::string roff_italic(std::string_view text);

}  // namespace elfwheel::cli
