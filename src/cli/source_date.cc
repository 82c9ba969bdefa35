#include "cli/source_date.h"

#include <charconv>
#include <string>

#include "cli/console.h"
#include "elfwheel/base/error.h"

namespace elfwheel::cli {

std::optional<int64_t> source_date_epoch() {
  const std::optional<std::string> text = Console::variable("SOURCE_DATE_EPOCH");
  if (!text || text->empty()) return std::nullopt;
  int64_t seconds = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, failure] = std::from_chars(text->data(), end, seconds);
  if (failure != std::errc() || stop != end) {
    throw Error(ErrorCode::kUsage, "SOURCE_DATE_EPOCH is not a number of seconds: " + *text);
  }
  return seconds;
}

}  // namespace elfwheel::cli
