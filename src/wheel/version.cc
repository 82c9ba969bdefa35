#include "wheel/version.h"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>
#include <vector>

#include "elfwheel/wheel/wheel_name.h"

namespace elfwheel::wheel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) { return c == '-' || c == '_' || c == '.'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }

// Numbers stay text: they may be longer than any integer type.
std::string without_leading_zeros(std::string_view digits) {
  const size_t first = digits.find_first_not_of('0');
  return first == digits.npos ? "0" : std::string(digits.substr(first));
}

// Takes a lower-case version apart from the left; every take_ either advances or does not.
class VersionParser {
 public:
  explicit VersionParser(std::string_view text) : rest_(text) {}

  std::optional<std::string> parse() {
    take("v");
    std::string result = take_epoch();
    if (!take_release(result)) return std::nullopt;
    take_word(result, {{"alpha", "a"},
                       {"a", "a"},
                       {"beta", "b"},
                       {"b", "b"},
                       {"preview", "rc"},
                       {"pre", "rc"},
                       {"rc", "rc"},
                       {"c", "rc"}});
    if (!take_implicit_post(result))
      take_word(result, {{"post", ".post"}, {"rev", ".post"}, {"r", ".post"}});
    take_word(result, {{"dev", ".dev"}});
    if (take("+") && !take_local(result)) return std::nullopt;
    if (!rest_.empty()) return std::nullopt;
    return result;
  }

 private:
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  std::string_view take_digits() {
    size_t count = 0;
    while (count < rest_.size() && is_digit(rest_[count])) ++count;
    const std::string_view digits = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return digits;
  }

  std::string take_epoch() {
    const std::string_view before = rest_;
    const std::string epoch = without_leading_zeros(take_digits());
    if (before.size() != rest_.size() && take("!")) return epoch == "0" ? "" : epoch + "!";
    rest_ = before;
    return "";
  }

  bool take_release(std::string& result) {
    std::vector<std::string> parts;
    do {
      const std::string_view before = rest_;
      const std::string_view digits = take_digits();
      if (digits.empty()) {
        if (parts.empty()) return false;
        rest_ = std::string_view(before.data() - 1, before.size() + 1);  // the dot was not ours
        break;
      }
      parts.push_back(without_leading_zeros(digits));
    } while (take("."));
    while (parts.size() > 1 && parts.back() == "0") parts.pop_back();
    result += fmt::format("{}", fmt::join(parts, "."));
    return true;
  }

  void skip_separator() {
    if (!rest_.empty() && is_separator(rest_.front())) rest_.remove_prefix(1);
  }

  // A word of `words` with the separators and the number that may stand around it.
  void take_word(std::string& result,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> words) {
    const std::string_view before = rest_;
    skip_separator();
    for (const auto& [word, normal] : words) {
      if (!take(word)) continue;
      const std::string_view after_word = rest_;
      skip_separator();
      const std::string_view digits = take_digits();
      if (digits.empty()) rest_ = after_word;
      result += normal;
      result += without_leading_zeros(digits);
      return;
    }
    rest_ = before;
  }

  // "1.0-1" is "1.0.post1".
  bool take_implicit_post(std::string& result) {
    if (rest_.size() < 2 || rest_[0] != '-' || !is_digit(rest_[1])) return false;
    rest_.remove_prefix(1);
    result += ".post" + without_leading_zeros(take_digits());
    return true;
  }

  bool take_local(std::string& result) {
    char glue = '+';
    do {
      size_t count = 0;
      bool number = true;
      while (count < rest_.size() && is_alphanumeric(rest_[count]))
        number = is_digit(rest_[count++]) && number;
      if (count == 0) return false;
      const std::string_view part = rest_.substr(0, count);
      rest_.remove_prefix(count);
      result += glue + (number ? without_leading_zeros(part) : std::string(part));
      glue = '.';
      if (rest_.empty()) return true;
      if (!is_separator(rest_.front())) return false;
      rest_.remove_prefix(1);
    } while (true);
  }

  std::string_view rest_;
};

// A version in a file name may have '_' where the true one has '+' (PEP 427 "Escaping and
// Unicode" in its first form).
std::string comparable(std::string_view text) {
  if (const auto normal = normalize_version(text)) return *normal;
  std::string with_local(text);
  if (const size_t at = with_local.find('_'); at != with_local.npos) {
    with_local[at] = '+';
    if (const auto normal = normalize_version(with_local)) return *normal;
  }
  return to_lower(text);
}

}  // namespace

std::string to_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::optional<std::string> normalize_version(std::string_view text) {
  const std::string lower = to_lower(text);
  return VersionParser(lower).parse();
}

bool same_version(std::string_view a, std::string_view b) { return comparable(a) == comparable(b); }

}  // namespace elfwheel::wheel
