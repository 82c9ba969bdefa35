#include "elfwheel/base/error.h"

#include <cerrno>
#include <system_error>

namespace elfwheel {

std::string errno_text(int number) { return std::generic_category().message(number); }

Error io_error(const std::string& action, int number) {
  const bool missing = number == ENOENT || number == ENOTDIR;
  return {missing ? ErrorCode::kNotFound : ErrorCode::kIo, action + ": " + errno_text(number)};
}

}  // namespace elfwheel
