#include "cli/library_path.h"

#include <sys/auxv.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace elfwheel::cli {

namespace {

bool opens_wheels(std::string_view command) {
  return command == "show" || command == "repair" || command == "verify";
}

}  // namespace

void start_without_library_path(int argc, char** argv) {
  const char* const value = std::getenv("LD_LIBRARY_PATH");
  if (value == nullptr || *value == '\0' || argc < 2 || !opens_wheels(argv[1])) return;
  // Started by way of ld.so, which is then what /proc/self/exe leads to.
  if (::getauxval(AT_BASE) == 0) return;
  if (::setenv(kKeptLibraryPath, value, 1) != 0) return;
  ::unsetenv("LD_LIBRARY_PATH");
  ::execv("/proc/self/exe", argv);
  // Without /proc all is as before, but for the variable's name.
}

}  // namespace elfwheel::cli
