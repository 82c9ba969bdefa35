// `elfwheel patchelf` in the list of commands and in a shell's. It is run by patchelf_mode.cc: its
// words are patchelf's, which CLI11 would read otherwise.
#include "cli/command.h"

namespace elfwheel::cli {

namespace {

class Patchelf : public Command {
 public:
  std::string name() const override { return "patchelf"; }
  CLI::App* add_to(CLI::App& app) override {
    return app.add_subcommand(name(), "Edit and print with the command line of patchelf");
  }
  ExitStatus run(Console&) override { return ExitStatus::kError; }
};

}  // namespace

std::unique_ptr<Command> make_patchelf() { return std::make_unique<Patchelf>(); }

}  // namespace elfwheel::cli
