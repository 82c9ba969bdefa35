#include "cli/app.h"

#include <CLI/Error.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"

namespace elfwheel::cli {

namespace {

constexpr const char* kAbout =
    "Looks into ELF files, changes their rpath, and repairs Linux wheels.";

// What to do first, for somebody who gives no command.
constexpr const char* kFooter =
    "Examples:\n"
    "  elfwheel repair -w wheelhouse dist/pkg-1.0-cp311-cp311-linux_x86_64.whl\n"
    "  elfwheel lddtree --explain /usr/bin/python3\n"
    "  elfwheel set-rpath '$ORIGIN:$ORIGIN/../pkg.libs' libpkg.so\n"
    "\n"
    "`elfwheel COMMAND --help` tells more. Exit status: 0 done, 1 the answer is no,\n"
    "2 wrong usage or unreadable input.";

struct Entry {
  CLI::App* app;
  std::unique_ptr<Command> command;
};

std::vector<Entry> register_commands(CLI::App& app) {
  std::vector<Entry> entries;
  for (auto* make : {make_inspect, make_lddtree, make_print_rpath, make_set_rpath, make_add_rpath,
                     make_remove_rpath, make_show, make_repair, make_verify}) {
    std::unique_ptr<Command> command = make();
    CLI::App* const added = command->add_to(app);
    entries.push_back({added, std::move(command)});
  }
  return entries;
}

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
  CLI::App app(kAbout, "elfwheel");
  app.footer(kFooter);
  app.set_version_flag("--version", "elfwheel " ELFWHEEL_VERSION);
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(28);
  const std::vector<Entry> entries = register_commands(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return complain_about_usage(app, error, argc, argv, console);
    std::ostringstream text;
    app.exit(error, text, text);
    console.print(text.str());
    return ExitStatus::kDone;
  }
  for (const Entry& entry : entries) {
    if (entry.app->parsed()) return entry.command->run(console);
  }
  console.print(app.help());
  return ExitStatus::kDone;
}

}  // namespace elfwheel::cli
