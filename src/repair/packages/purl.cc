#include "repair/packages/purl.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace elfwheel::repair {
namespace {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~:";
  std::string result;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos)
      result += c;
    else
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace

std::string purl_text(Purl purl) {
  std::string text = "pkg:" + purl.type + "/";
  if (!purl.name_space.empty()) text += percent_encoded(purl.name_space) + "/";
  text += percent_encoded(purl.name) + "@" + percent_encoded(purl.version);
  std::sort(purl.qualifiers.begin(), purl.qualifiers.end());
  char separator = '?';
  for (const auto& [key, value] : purl.qualifiers) {
    if (value.empty()) continue;
    text += separator + key + "=" + percent_encoded(value);
    separator = '&';
  }
  return text;
}

}  // namespace elfwheel::repair
