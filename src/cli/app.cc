#include "cli/app.h"

#include <CLI/Error.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/patchelf_mode.h"
#include "cli/program.h"
#include "cli/spelling.h"

namespace elfwheel::cli {

namespace {

// The first line of what CLI11 says, without its final full stop.
std::string first_line(std::string text) {
  text = text.substr(0, text.find('\n'));
  while (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

// The first word of the command line that looks like an option and is none; "" if all are.
std::string unknown_option(const CLI::App& command) {
  for (const std::string& word : command.remaining())
    if (word.starts_with('-')) return word.substr(0, word.find('='));
  return "";
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* const option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

// What is wrong with the words behind `command`.
std::string usage_fault(const CLI::App& command, const CLI::ParseError& error) {
  const std::string option = unknown_option(command);
  if (option.empty()) return first_line(error.what());
  return "no option is called '" + option + "'" + suggestion(option, option_names(command));
}

ExitStatus complain_about_usage(const CLI::App& app, const CLI::ParseError& error, int argc,
                                const char* const* argv, Console& console) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (!chosen.empty()) {
    console.complain(usage_fault(*chosen.front(), error) + "; see elfwheel " +
                     chosen.front()->get_name() + " --help");
  } else if (argc > 1 && argv[1][0] != '-') {
    console.complain(unknown_command(argv[1]));
  } else {
    console.complain(usage_fault(app, error) + "; see elfwheel --help");
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
