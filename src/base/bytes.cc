#include "elfwheel/base/bytes.h"

#include <fmt/format.h>

#include "base/checked_math.h"
#include "elfwheel/base/error.h"

namespace elfwheel {

void Bytes::fail_range(uint64_t offset, uint64_t length, std::string_view what) const {
  throw Error(ErrorCode::kTruncated,
              fmt::format("{}: offset {:#x} + size {:#x} exceeds the {:#x} bytes available", what,
                          offset, length, size_));
}

uint64_t Bytes::table_size(uint64_t count, uint64_t stride, size_t item,
                           std::string_view what) const {
  if (stride < item)
    throw Error(
        ErrorCode::kCorrupt,
        fmt::format("{}: entry size {} is less than the {} bytes of an entry", what, stride, item));
  const auto size = checked_mul(count, stride);
  if (!size)
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}: {:#x} entries of {:#x} bytes overflow", what, count, stride));
  return *size;
}

std::string_view Bytes::c_string(uint64_t offset, std::string_view what) const {
  if (offset >= size_)
    throw Error(ErrorCode::kTruncated,
                fmt::format("{}: string offset {:#x} is outside the {:#x} bytes of the table", what,
                            offset, size_));
  const auto rest = text().substr(static_cast<size_t>(offset));
  const auto end = rest.find('\0');
  if (end == std::string_view::npos)
    throw Error(ErrorCode::kTruncated,
                fmt::format("{}: string at {:#x} has no end within the table", what, offset));
  return rest.substr(0, end);
}

}  // namespace elfwheel
