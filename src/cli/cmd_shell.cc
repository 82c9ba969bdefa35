// `elfwheel help`, `elfwheel completion` and what packages are made with: what the program says of
// itself, in the forms that terminals, shells and man want.
#include <ctime>

#include "base/output_file.h"
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/man_page.h"
#include "cli/program.h"
#include "cli/source_date.h"
#include "cli/value_words.h"
#include "elfwheel/base/error.h"
#include "repair/output_directory.h"

namespace elfwheel::cli {

namespace {

class Help : public Command {
 public:
  std::string name() const override { return "help"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command = app.add_subcommand(name(), "Show the help of a command, or the list");
    command->add_option("COMMAND", command_, "What to tell about; without it, all commands")
        ->check(suggest([] { return Registry().names(); }))
        ->type_name("");
    command->footer("Example:\n  elfwheel help repair");
    return command;
  }

  ExitStatus run(Console& console) override {
    console.print(help_of(command_));
    return ExitStatus::kDone;
  }

 private:
  std::string command_;
};

struct Shell {
  const char* name;
  std::string (*script)(const ProgramDescription& program);
  const char* file_name;
};

constexpr Shell kShells[] = {
    {"bash", bash_completion, "elfwheel.bash"},
    {"zsh", zsh_completion, "_elfwheel"},
    {"fish", fish_completion, "elfwheel.fish"},
};

class Completion : public Command {
 public:
  std::string name() const override { return "completion"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand(name(), "Print what makes a shell complete command lines");
    std::vector<std::string> shells;
    for (const Shell& shell : kShells) shells.emplace_back(shell.name);
    command->add_option("SHELL", shell_, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember(shells))
        ->type_name("");
    command->footer(
        "Where the package bash-completion is installed, bash finds the file of the first "
        "example by itself; elsewhere the second line belongs into ~/.bashrc. For zsh, any "
        "directory of $fpath will do, if it is there before compinit. A link named patchelf is "
        "completed, too, once a script has been read.\n\n"
        "Examples:\n"
        "  elfwheel completion bash > ~/.local/share/bash-completion/completions/elfwheel\n"
        "  source <(elfwheel completion bash)\n"
        "  elfwheel completion zsh > ~/.zfunc/_elfwheel\n"
        "  elfwheel completion fish > ~/.config/fish/completions/elfwheel.fish");
    return command;
  }

  ExitStatus run(Console& console) override {
    const ProgramDescription program = describe_elfwheel();
    for (const Shell& shell : kShells)
      if (shell_ == shell.name) console.print(shell.script(program));
    return ExitStatus::kDone;
  }

 private:
  std::string shell_;
};

// "2026-07-01" of SOURCE_DATE_EPOCH; "" without it, so that the same program writes the same pages.
std::string page_date() {
  const std::optional<int64_t> seconds = source_date_epoch();
  if (!seconds) return "";
  const std::time_t time = *seconds;
  std::tm date = {};
  if (::gmtime_r(&time, &date) == nullptr) return "";
  char text[32] = "";
  const size_t length = std::strftime(text, sizeof(text), "%Y-%m-%d", &date);
  return std::string(text, length);
}

// For makers of packages: writes all man pages, or all scripts for shells, into a directory.
class Generate : public Command {
 public:
  std::string name() const override { return "generate"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand(name(), "Write man pages or shell completions into a directory");
    command->add_option("WHAT", what_, "man or completions")
        ->required()
        ->check(CLI::IsMember({"man", "completions"}))
        ->type_name("");
    command->add_option("DIR", directory_, "Where to; made if it is missing")
        ->required()
        ->type_name("");
    command->footer(
        "The pages bear the date of SOURCE_DATE_EPOCH, or none.\n\n"
        "Example:\n  elfwheel generate man /usr/share/man/man1");
    return command;
  }

  ExitStatus run(Console&) override {
    const ProgramDescription program = describe_elfwheel();
    repair::OutputDirectory directory(directory_);
    if (what_ == "man")
      write_pages(program, page_date());
    else
      for (const Shell& shell : kShells) write(shell.file_name, shell.script(program));
    directory.keep();
    return ExitStatus::kDone;
  }

 private:
  void write_pages(const ProgramDescription& program, const std::string& date) const {
    write(program.name + ".1", program_man_page(program, date));
    for (const CommandDescription& command : program.commands)
      write(program.name + "-" + command.name + ".1", command_man_page(program, command, date));
  }

  void write(const std::string& file_name, const std::string& text) const {
    const std::string path = directory_ + "/" + file_name;
    with_where(path, [&] {
      OutputFile file = OutputFile::create(path);
      file.append(Bytes(text));
      file.commit();
    });
  }

  std::string what_;
  std::string directory_;
};

}  // namespace

std::unique_ptr<Command> make_help() { return std::make_unique<Help>(); }
std::unique_ptr<Command> make_completion() { return std::make_unique<Completion>(); }
std::unique_ptr<Command> make_generate() { return std::make_unique<Generate>(); }

}  // namespace elfwheel::cli
