// The page around a report in HTML: style, legend, search box and the little script behind it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/loader/link_map.h"

namespace elfwheel::report {

struct HtmlReport {
  std::string title;                     // text
  std::vector<loader::FoundBy> sources;  // whose colours the page explains, in that order
  // HTML. A "file" holds "entry" elements, which may hold others; each has one of class "line",
  // that the search reads. A button of class "more" in a line shows the element of class "facts"
  // behind that line.
  std::string body;
};

// A whole document that loads nothing from anywhere.
std::string html_page(const HtmlReport& report);

}  // namespace elfwheel::report
