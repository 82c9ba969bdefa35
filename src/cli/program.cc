#include "cli/program.h"

#include <algorithm>

#include "cli/describe.h"
#include "cli/help_formatter.h"
#include "cli/patchelf_arguments.h"
#include "cli/spelling.h"
#include "elfwheel/base/error.h"

namespace elfwheel::cli {

namespace {

constexpr const char* kAbout = "Look into ELF files, change them without harm, repair Linux wheels";

constexpr const char* kFooter =
    "See what the dynamic loader will load for a file, from where, in which order and why: by "
    "the rules of glibc and of musl.\n\n"
    "Change finished programs and libraries: rpath, needed libraries, soname, interpreter and "
    "more. Code, data and addresses stay.\n\n"
    "Repair wheels: outside libraries are copied in under names of their own, and every file gets "
    "an rpath that is right where it will be installed.\n\n"
    "Nothing that elfwheel looks at is ever executed. A file is replaced whole or not at all.\n\n"
    "Examples:\n"
    "  elfwheel repair -w wheelhouse dist/*.whl\n"
    "  elfwheel lddtree --explain /usr/bin/python3\n"
    "  elfwheel set-rpath '$ORIGIN:$ORIGIN/../pkg.libs' libpkg.so";

std::vector<Fact> exit_statuses() {
  return {
      {"0", "Done."},
      {"1", "The answer is no: not found, not repairable, inconsistent."},
      {"2", "Wrong usage, or input that cannot be read. Each error is a line on standard error."}};
}

std::vector<Fact> variables() {
  return {
      {"LD_LIBRARY_PATH, LD_PRELOAD, LD_AUDIT",
       "Count as they do for the loader, in the commands that follow its rules (see --no-env and "
       "--ldpaths there); show and repair take the first one alone, and verify none."},
      {"ELFWHEEL_LD_LIBRARY_PATH, AUDITWHEEL_LD_LIBRARY_PATH",
       "Directories in which show and repair look for libraries first."},
      {"SOURCE_DATE_EPOCH", "The time in seconds that repair gives the files of a wheel."},
      {"TMPDIR", "Where show and repair keep large files of a wheel meanwhile."},
      {"NO_COLOR", "No colour, if it is not empty."},
  };
}

}  // namespace

Program::Program(const std::string& wanted) : app_(kAbout, "elfwheel") {
  app_.footer(kFooter);
  app_.set_help_flag("-h,--help", "Print this help");
  app_.set_version_flag("--version", "elfwheel " ELFWHEEL_VERSION, "Print the version");
  app_.require_subcommand(0, 1);
  app_.formatter(std::make_shared<HelpFormatter>(std::set<std::string>{Registry::kPrint}));
  registry_.register_in(app_, wanted);
}

ProgramDescription describe_elfwheel() {
  Program elfwheel("");
  ProgramDescription program = describe_program(elfwheel.app());
  program.version = ELFWHEEL_VERSION;
  program.exit_statuses = exit_statuses();
  program.variables = variables();
  for (CommandDescription& command : program.commands)
    if (command.name == "patchelf") describe_patchelf(command);
  return program;
}

std::string help_of(const std::string& command) {
  if (command == "patchelf") return patchelf_usage() + "\n";
  Program elfwheel(command);
  if (command.empty()) return elfwheel.app().help();
  const std::vector<std::string> names = elfwheel.registry().names();
  if (std::find(names.begin(), names.end(), command) == names.end())
    throw Error(ErrorCode::kUsage, unknown_command(command));
  return elfwheel.app().get_subcommand(command)->help();
}

std::string unknown_command(const std::string& word) {
  return "no command is called '" + word + "'" + suggestion(word, Registry().names()) +
         "; see elfwheel --help";
}

std::string first_steps() {
  return "elfwheel looks into ELF files, changes them without harm, repairs Linux wheels.\n\n"
         "  elfwheel lddtree FILE                see what it loads, from where and why\n"
         "  elfwheel set-rpath '$ORIGIN' FILE    change where it looks for libraries\n"
         "  elfwheel repair -w wheelhouse WHEEL  copy in what a wheel needs\n\n"
         "All commands: elfwheel --help. More of one: elfwheel help COMMAND.\n";
}

}  // namespace elfwheel::cli
