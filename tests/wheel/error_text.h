// What a call throws, as text.
#pragma once

#include <functional>
#include <string>

#include "elfwheel/base/error.h"

namespace elfwheel::test {

inline std::string error_text(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace elfwheel::test
