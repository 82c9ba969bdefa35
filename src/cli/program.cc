#include "cli/program.h"

#include <algorithm>

#include "cli/describe.h"
#include "cli/help_formatter.h"
#include "cli/patchelf_arguments.h"
#include "elfwheel/base/error.h"

namespace elfwheel::cli {

namespace {

constexpr const char* kAbout = "Look into ELF files, change them without harm, repair Linux wheels";

constexpr const char* kFooter =
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
    throw Error(ErrorCode::kUsage, "no command is called '" + command + "'; see elfwheel --help");
  return elfwheel.app().get_subcommand(command)->help();
}

std::string first_steps() {
  return "elfwheel looks into ELF files, changes them without harm, and repairs Linux wheels.\n\n"
         "  elfwheel lddtree FILE              what a program or library loads, and from where\n"
         "  elfwheel set-rpath '$ORIGIN' FILE  where it looks for its libraries\n"
         "  elfwheel show WHEEL                which platform tag a wheel can claim, and why\n"
         "  elfwheel repair WHEEL              copies in what it needs; result in wheelhouse/\n\n"
         "All commands: elfwheel --help. One of them: elfwheel help COMMAND.\n";
}

}  // namespace elfwheel::cli
