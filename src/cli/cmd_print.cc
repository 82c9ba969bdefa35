// `print-rpath` and its kin: one fact of each file, for scripts.
#include "base/mapped_file.h"
#include "cli/command.h"
#include "cli/os_abi.h"
#include "cli/rpath_words.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::cli {

namespace {

using Lines = std::vector<std::string>;

Lines lines_of(const std::optional<std::string_view>& fact) {
  return fact ? Lines{std::string(*fact)} : Lines{};
}

Lines needed_lines(const elf::ElfFile& file) {
  Lines lines;
  for (const std::string_view name : file.needed()) lines.emplace_back(name);
  return lines;
}

Lines exec_stack_lines(const elf::ElfFile& file) {
  const std::optional<bool> wanted = elf::wants_exec_stack(file);
  return {wanted ? (*wanted ? "yes" : "no") : "unset"};
}

struct Print {
  const char* name;
  const char* about;
  const char* more;  // for the command's own help
  Lines (*lines)(const elf::ElfFile& file);
};

constexpr Print kPrints[] = {
    {"print-rpath", "Print the RUNPATH or RPATH",
     "DT_RUNPATH is printed where a file has both, for the loader takes it; an empty\n"
     "line where it has none.",
     [](const elf::ElfFile& file) { return Lines{effective_rpath(file)}; }},
    {"print-needed", "Print the needed libraries, one a line",
     "DT_NEEDED as written, in order; nothing where a file needs no library.", needed_lines},
    {"print-soname", "Print the soname",
     "DT_SONAME; nothing where a file has none, as programs have not.",
     [](const elf::ElfFile& file) { return lines_of(file.soname()); }},
    {"print-interpreter", "Print the loader that starts a program",
     "PT_INTERP; nothing where a file has none, as libraries and static programs have not.",
     [](const elf::ElfFile& file) { return lines_of(file.interp()); }},
    {"print-execstack", "Print whether an executable stack is asked for",
     "yes or no; \"unset\" without PT_GNU_STACK, which leaves it to the architecture.",
     exec_stack_lines},
    {"print-os-abi", "Print the OS ABI of the ELF header",
     "As a name that set-os-abi takes, or a number for a value without a name.",
     [](const elf::ElfFile& file) { return Lines{os_abi_text(file.header().os_abi)}; }},
};

class PrintCommand : public Command {
 public:
  explicit PrintCommand(const Print& print) : print_(print) {}

  std::string name() const override { return print_.name; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command = app.add_subcommand(name(), print_.about);
    command->add_option("FILE", files_, "ELF files")->required()->type_name("");
    command->footer(std::string(print_.more) +
                    "\nWith several files each line begins with its file.\n\n"
                    "Example:\n  elfwheel " +
                    print_.name + " pkg/*.so");
    return command;
  }

  ExitStatus run(Console& console) override {
    return console.for_each(files_, [&](const std::string& path) {
      const MappedFile mapped = MappedFile::open(path);
      const std::string prefix = files_.size() > 1 ? report::printable(path) + ": " : "";
      for (const std::string& line : print_.lines(elf::ElfFile::parse(mapped.bytes())))
        console.print(prefix + report::printable(line) + "\n");
      return ExitStatus::kDone;
    });
  }

 private:
  const Print& print_;
  std::vector<std::string> files_;
};

}  // namespace

std::vector<std::unique_ptr<Command>> make_prints() {
  std::vector<std::unique_ptr<Command>> commands;
  for (const Print& print : kPrints) commands.push_back(std::make_unique<PrintCommand>(print));
  return commands;
}

}  // namespace elfwheel::cli
