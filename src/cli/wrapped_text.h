// Text broken into lines at its blanks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace elfwheel::cli {

// Lines of at most `columns` characters where the words allow it; a longer word has a line of its
// own. Blanks and line breaks between words count as one; no words give no line.
std::vector<std::string> wrap_text(std::string_view text, size_t columns);

}  // namespace elfwheel::cli
