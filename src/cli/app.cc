#include "cli/app.h"

#include <CLI/Error.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/patchelf_mode.h"
#include "cli/program.h"

namespace elfwheel::cli {

namespace {

// The first line of what CLI11 says, without its final full stop.
std::string first_line(std::string text) {
  text = text.substr(0, text.find('\n'));
  while (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

ExitStatus complain_about_usage(const CLI::App& app, const CLI::ParseError& error, int argc,
                                const char* const* argv, Console& console) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (!chosen.empty()) {
    console.complain(first_line(error.what()) + "; see elfwheel " + chosen.front()->get_name() +
                     " --help");
  } else if (argc > 1 && argv[1][0] != '-') {
    console.complain(std::string("no command is called '") + argv[1] + "'; see elfwheel --help");
  } else {
    console.complain(first_line(error.what()) + "; see elfwheel --help");
  }
  return ExitStatus::kError;
}

}  // namespace

ExitStatus run(int argc, const char* const* argv, Console& console) {
  if (const auto words = find_patchelf_words(argc, argv)) return run_patchelf(*words, console);
  Program program(argc > 1 ? argv[1] : "");
  CLI::App& app = program.app();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return complain_about_usage(app, error, argc, argv, console);
    std::ostringstream text;
    app.exit(error, text, text);
    console.print(text.str());
    return ExitStatus::kDone;
  }
  if (Command* const command = program.registry().find_parsed()) return command->run(console);
  console.print(first_steps());
  return ExitStatus::kDone;
}

}  // namespace elfwheel::cli
