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
  const char* heading;  // in the help
  std::unique_ptr<Command> command;
  CLI::App* app = nullptr;  // null unless registered
};

class Registry {
 public:
  Registry() {
    add("Wheels", make_show(), make_repair(), make_verify());
    add("Look into ELF files", make_inspect(), make_lddtree(), make_symbols(), make_bindings());
    add("Print one fact of ELF files", make_prints());
    add(kEdit, make_rpath_edits());
    add(kEdit, make_edits());
  }

  // Puts the command called `wanted` into `app`, or all of them where none is: making the options
  // and helps of all takes longer than most commands do.
  void register_in(CLI::App& app, const std::string& wanted) {
    for (Entry& entry : entries_)
      if (entry.command->name() == wanted) return register_one(app, entry);
    for (Entry& entry : entries_) register_one(app, entry);
    // For the list alone: run() hands its arguments on before they are parsed here.
    app.add_subcommand("patchelf", "Take the command line of patchelf; see patchelf --help")
        ->group(kEdit);
  }

  // The command that was given, or null.
  Command* find_parsed() const {
    for (const Entry& entry : entries_)
      if (entry.app != nullptr && entry.app->parsed()) return entry.command.get();
    return nullptr;
  }

 private:
  static constexpr const char* kEdit = "Edit ELF files";

  void add(const char* heading, std::vector<std::unique_ptr<Command>> commands) {
    for (std::unique_ptr<Command>& command : commands)
      entries_.push_back({heading, std::move(command)});
  }
  template <class... Made>
  void add(const char* heading, Made... made) {
    (entries_.push_back({heading, std::move(made)}), ...);
  }

  static void register_one(CLI::App& app, Entry& entry) {
    entry.app = entry.command->add_to(app);
    entry.app->group(entry.heading);
  }

  std::vector<Entry> entries_;
};

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
  Registry registry;
  registry.register_in(app, argc > 1 ? argv[1] : "");
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
