// The program `elfwheel`.
#include <exception>
#include <new>

#include "cli/app.h"
#include "cli/console.h"
#include "cli/exit_status.h"
#include "cli/library_path.h"

int main(int argc, char** argv) {
  using elfwheel::cli::ExitStatus;
  elfwheel::cli::start_without_library_path(argc, argv);
  elfwheel::cli::Console console;
  ExitStatus status = ExitStatus::kError;
  try {
    status = elfwheel::cli::run(argc, argv, console);
  } catch (const std::bad_alloc&) {
    console.complain("out of memory");
  } catch (const std::exception& error) {
    console.complain(error.what());
  }
  return static_cast<int>(console.finish(status));
}
