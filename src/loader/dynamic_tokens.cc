#include "loader/dynamic_tokens.h"

namespace elfwheel::loader {

namespace {

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool continues_identifier(std::string_view text) {
  if (text.empty()) return false;
  const char c = text.front();
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// How many characters of `text`, which follows a '$', the token `name` takes; 0 when it is not
// that token. glibc tests the character behind the name in the braced form too, where it is '}'.
size_t token_length(std::string_view text, std::string_view name) {
  const bool braced = starts_with(text, "{");
  if (braced) text.remove_prefix(1);
  if (!starts_with(text, name)) return 0;
  text.remove_prefix(name.size());
  if (braced) return starts_with(text, "}") ? name.size() + 2 : 0;
  return continues_identifier(text) ? 0 : name.size();
}

}  // namespace

std::string expand_glibc_tokens(std::string_view text, const TokenValues& values) {
  const struct {
    std::string_view name;
    const std::string& value;
  } tokens[] = {{"ORIGIN", values.origin}, {"PLATFORM", values.platform}, {"LIB", values.lib}};
  std::string result;
  while (!text.empty()) {
    const auto dollar = text.find('$');
    result += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar + 1);
    bool replaced = false;
    for (const auto& token : tokens) {
      const size_t length = token_length(text, token.name);
      if (length == 0) continue;
      result += token.value;
      text.remove_prefix(length);
      replaced = true;
      break;
    }
    if (!replaced) result += '$';
  }
  return result;
}

std::optional<std::string> expand_musl_tokens(std::string_view text, std::string_view origin) {
  std::string result;
  while (true) {
    const auto dollar = text.find('$');
    result += text.substr(0, dollar);
    if (dollar == std::string_view::npos) return result;
    text.remove_prefix(dollar);
    size_t length = 0;
    if (starts_with(text, "$ORIGIN")) length = 7;
    if (starts_with(text, "${ORIGIN}")) length = 9;
    if (length == 0) return std::nullopt;
    result += origin;
    text.remove_prefix(length);
  }
}

}  // namespace elfwheel::loader
