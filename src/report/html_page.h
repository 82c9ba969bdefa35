// The page around a report in HTML: style, search box and the little script behind it.
#pragma once

#include <string>
#include <string_view>

namespace elfwheel::report {

// A whole document that loads nothing from anywhere. `title` is text, `body` is HTML in which each
// element of class "entry" has one of class "line" that the search looks at.
std::string html_page(std::string_view title, const std::string& body);

}  // namespace elfwheel::report
