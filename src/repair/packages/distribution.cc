#include "repair/packages/distribution.h"

#include <string_view>

#include "base/paths.h"

namespace elfwheel::repair {
namespace {

// The value of a shell assignment: quotes go, a backslash keeps what follows it.
std::string unquoted(std::string_view text) {
  std::string result;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      result += text[++i];
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

Distribution read_distribution(const FileSystem& files) {
  Distribution distribution;
  for (const char* const path : {"/etc/os-release", "/usr/lib/os-release"}) {
    const OpenedFile file = files.open(path);
    if (file.error != 0) continue;
    for (const std::string& line : split(file.contents->bytes().text(), '\n')) {
      const std::string_view text = line;
      if (text.starts_with("ID=") && text.size() > 3) distribution.id = unquoted(text.substr(3));
      if (text.starts_with("VERSION_ID=")) distribution.version = unquoted(text.substr(11));
    }
    break;
  }
  return distribution;
}

}  // namespace elfwheel::repair
