// `elfwheel bindings`: which object defines what each reference of a process means.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/loader_flags.h"
#include "cli/output_flags.h"
#include "elfwheel/loader/bindings.h"
#include "elfwheel/loader/resolve.h"
#include "elfwheel/report/bindings.h"

namespace elfwheel::cli {

namespace {

class Bindings : public Command {
 public:
  std::string name() const override { return "bindings"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand(name(), "Show which object defines each symbol that a process looks up");
    command->add_option("FILE", files_, "ELF files")->required()->type_name("");
    output_.add_to(*command);
    command
        ->add_option("--symbol", symbols_,
                     "Show the look-ups of this symbol only (may be repeated)")
        ->type_name("NAME")
        ->allow_extra_args(false);
    loader_.add_to(*command);
    command->footer(
        "The answer of glibc's loader for a process that starts with FILE and binds everything at\n"
        "once (LD_BIND_NOW), for FILE and every object it loads. Nothing is executed. What is "
        "opened\n"
        "later (dlopen) is not part of it.\n"
        "Exit status 1 when a library or the definition of a symbol that is not weak is "
        "missing.\n\n"
        "Example:\n"
        "  elfwheel bindings --symbol dsyevd_ ./extension.so");
    return command;
  }

  ExitStatus run(Console& console) override {
    const loader::LoaderEnvironment environment = loader_.environment();
    if (output_.json) {
      return console.for_each_json(files_, [&](const std::string& file, auto& values) {
        const Answer answer = ask(file, environment);
        values.push_back(report::bindings_json(answer.map, answer.rows, file));
        return status(answer);
      });
    }
    return console.for_each(files_, [&](const std::string& file) {
      const Answer answer = ask(file, environment);
      console.print(report::render_bindings(answer.map, answer.rows, console.style()));
      return status(answer);
    });
  }

 private:
  struct Answer {
    loader::LinkMap map;
    std::vector<loader::Binding> rows;
  };

  Answer ask(const std::string& file, const loader::LoaderEnvironment& environment) {
    const FileSystem& files = loader_.files();
    Answer answer;
    answer.map = loader::resolve(files, loader_.path_inside(file), environment);
    answer.rows = loader::bindings(files, answer.map);
    if (!symbols_.empty())
      std::erase_if(answer.rows, [&](const loader::Binding& row) {
        return std::find(symbols_.begin(), symbols_.end(), row.symbol) == symbols_.end();
      });
    return answer;
  }

  static ExitStatus status(const Answer& answer) {
    const bool defined = std::all_of(answer.rows.begin(), answer.rows.end(),
                                     [](const loader::Binding& row) { return row.to || row.weak; });
    return answer.map.complete() && defined ? ExitStatus::kDone : ExitStatus::kNo;
  }

  std::vector<std::string> files_;
  std::vector<std::string> symbols_;
  OutputFlags output_;
  LoaderFlags loader_;
};

}  // namespace

std::unique_ptr<Command> make_bindings() { return std::make_unique<Bindings>(); }

}  // namespace elfwheel::cli
