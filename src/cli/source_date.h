// The time that reproducible output bears.
#pragma once

#include <cstdint>
#include <optional>

namespace elfwheel::cli {

// SOURCE_DATE_EPOCH (Reproducible Builds), in seconds; nothing when unset or empty. Errors: kUsage
// when it is no decimal number.
std::optional<int64_t> source_date_epoch();

}  // namespace elfwheel::cli
