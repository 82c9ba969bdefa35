#include "cli/app.h"

#include <CLI/Error.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/patchelf_mode.h"

namespace elfwheel::cli {

namespace {

constexpr const char* kAbout =
    "Looks into ELF files, changes them without harm, and repairs Linux wheels.";

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

class Registry {
 public:
  explicit Registry(CLI::App& app) : app_(app) {}

  // Adds commands under `heading` in the help.
  void add(const char* heading, std::vector<std::unique_ptr<Command>> commands) {
    for (std::unique_ptr<Command>& command : commands) {
      CLI::App* const added = command->add_to(app_);
      added->group(heading);
      entries_.push_back({added, std::move(command)});
    }
  }
  template <class... Made>
  void add(const char* heading, Made... made) {
    std::vector<std::unique_ptr<Command>> commands;
    (commands.push_back(std::move(made)), ...);
    add(heading, std::move(commands));
  }

  // The command that was given, or null.
  Command* find_parsed() const {
    for (const Entry& entry : entries_)
      if (entry.app->parsed()) return entry.command.get();
    return nullptr;
  }

 private:
  CLI::App& app_;
  std::vector<Entry> entries_;
};

void register_commands(CLI::App& app, Registry& registry) {
  registry.add("Wheels", make_show(), make_repair(), make_verify());
  registry.add("Look into ELF files", make_inspect(), make_lddtree());
  constexpr const char* kPrint = "Print one fact of ELF files";
  registry.add(kPrint, make_prints());
  constexpr const char* kEdit = "Edit ELF files";
  registry.add(kEdit, make_rpath_edits());
  registry.add(kEdit, make_edits());
  // For the list alone: run() hands its arguments on before they are parsed here.
  app.add_subcommand("patchelf", "Take the command line of patchelf; see patchelf --help")
      ->group(kEdit);
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
  if (const auto words = find_patchelf_words(argc, argv)) return run_patchelf(*words, console);
  CLI::App app(kAbout, "elfwheel");
  app.footer(kFooter);
  app.set_version_flag("--version", "elfwheel " ELFWHEEL_VERSION);
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(28);
  Registry registry(app);
  register_commands(app, registry);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return complain_about_usage(app, error, argc, argv, console);
    std::ostringstream text;
    app.exit(error, text, text);
    console.print(text.str());
    return ExitStatus::kDone;
  }
  if (Command* const command = registry.find_parsed()) return command->run(console);
  console.print(app.help());
  return ExitStatus::kDone;
}

}  // namespace elfwheel::cli
