// LD_LIBRARY_PATH is for the wheels that are looked at, never for this program.
#pragma once

namespace elfwheel::cli {

// Where LD_LIBRARY_PATH keeps its value after start_without_library_path().
inline constexpr const char* kKeptLibraryPath = "ELFWHEEL_KEPT_LD_LIBRARY_PATH";

// Starts this program anew without LD_LIBRARY_PATH, whose value Console::variable() still gives.
// The loader has read the variable by now, and would take libzip and all that it needs, which are
// loaded when a wheel is opened, from a build's own directories. Returns where there is nothing to
// do: the variable is unset, or the command opens no wheel; and where it cannot be done.
void start_without_library_path(int argc, char** argv);

}  // namespace elfwheel::cli
