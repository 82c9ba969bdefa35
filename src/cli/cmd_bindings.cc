// `elfwheel bindings`: which object defines what each reference of a process means.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/loader_flags.h"
#include "cli/output_flags.h"
#include "elfwheel/base/error.h"
#include "elfwheel/loader/bindings.h"
#include "elfwheel/loader/conflicts.h"
#include "elfwheel/loader/resolve.h"
#include "elfwheel/report/bindings.h"
#include "elfwheel/report/conflicts.h"

namespace elfwheel::cli {

namespace {

// "FILE" or "FILE:MODE". What stands behind the last colon is always a mode, unless it has a slash.
loader::OpenCall parse_open_call(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || text.find('/', colon) != std::string::npos) return {text};
  const std::string_view mode = std::string_view(text).substr(colon + 1);
  for (const auto known :
       {loader::OpenMode::kLocal, loader::OpenMode::kGlobal, loader::OpenMode::kDeepBind})
    if (mode == loader::open_mode_name(known)) return {text.substr(0, colon), known};
  throw Error(ErrorCode::kUsage,
              fmt::format("--dlopen {}: the mode is local, global or deepbind", text));
}

class Bindings : public Command {
 public:
  std::string name() const override { return "bindings"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand(name(), "Show which library gives a process each symbol");
    command->add_option("FILE", files_, "ELF files")->required()->type_name("");
    output_.add_to(*command);
    command->add_option("--symbol", symbols_, "Show this symbol only")
        ->type_name("NAME")
        ->allow_extra_args(false);
    command
        ->add_option("--dlopen", dlopen_,
                     "Then let the process open this; MODE is local (as\n"
                     "Python imports), global or deepbind")
        ->type_name("FILE[:MODE]")
        ->allow_extra_args(false);
    command->add_flag("--conflicts", conflicts_,
                      "Show only what libraries take from each other by\n"
                      "mistake, the most dangerous first");
    loader_.add_to(*command);
    command->footer(
        "The loader's answer for a process that starts with FILE and binds everything at once\n"
        "(LD_BIND_NOW), for FILE and every object it loads. Nothing is executed.\n"
        "Exit status 1 when a library or the definition of a symbol that is not weak is missing,\n"
        "when a file cannot be opened, or with --conflicts when one is of high or medium "
        "danger.\n\n"
        "Examples:\n"
        "  elfwheel bindings --symbol dsyevd_ ./extension.so\n"
        "  elfwheel bindings /usr/bin/python3 --dlopen ./a.so --dlopen ./b.so:global\n"
        "  elfwheel bindings --conflicts /usr/bin/python3 --dlopen ./a.so --dlopen ./b.so");
    return command;
  }

  ExitStatus run(Console& console) override {
    environment_ = loader_.environment();
    options_.opens = open_calls();
    options_.alternatives = conflicts_ || output_.json;
    if (output_.json) {
      return console.for_each_json(files_, [&](const std::string& file, auto& values) {
        const Answer answer = ask(file);
        report::Json json = report::bindings_json(answer.process, file);
        json["conflicts"] = report::conflicts_json(answer.process.map, answer.conflicts);
        json["apart"] = report::apart_json(answer.process.map, answer.conflicts);
        values.push_back(std::move(json));
        return status(answer);
      });
    }
    return console.for_each(files_, [&](const std::string& file) {
      const Answer answer = ask(file);
      console.print(conflicts_ ? report::render_conflicts(answer.process.map, answer.conflicts,
                                                          console.style())
                               : report::render_bindings(answer.process, console.style()));
      return status(answer);
    });
  }

 private:
  struct Answer {
    loader::BoundProcess process;
    loader::Conflicts conflicts;
  };

  std::vector<loader::OpenCall> open_calls() {
    std::vector<loader::OpenCall> opens;
    for (const std::string& text : dlopen_) {
      opens.push_back(parse_open_call(text));
      // A name without a slash is searched, not opened.
      std::string& name = opens.back().name;
      if (name.find('/') != std::string::npos) name = loader_.path_inside(name);
    }
    return opens;
  }

  Answer ask(const std::string& file) {
    Answer answer;
    answer.process = loader::bind_process(loader_.files(), loader_.path_inside(file), *environment_,
                                          options_, cache_);
    if (!symbols_.empty())
      std::erase_if(answer.process.bindings, [&](const loader::Binding& row) {
        return std::find(symbols_.begin(), symbols_.end(), row.symbol) == symbols_.end();
      });
    if (options_.alternatives)
      answer.conflicts = loader::find_conflicts(loader_.files(), answer.process);
    return answer;
  }

  ExitStatus status(const Answer& answer) const {
    const auto& rows = answer.process.bindings;
    const auto& conflicts = answer.conflicts.conflicts;
    const bool defined = std::all_of(rows.begin(), rows.end(),
                                     [](const loader::Binding& row) { return row.to || row.weak; });
    const bool dangerous =
        conflicts_ && std::any_of(conflicts.begin(), conflicts.end(), [](const auto& conflict) {
          return conflict.danger != loader::Danger::kLow;
        });
    return answer.process.map.complete() && defined && !dangerous ? ExitStatus::kDone
                                                                  : ExitStatus::kNo;
  }

  std::vector<std::string> files_;
  std::vector<std::string> symbols_;
  std::vector<std::string> dlopen_;
  bool conflicts_ = false;
  OutputFlags output_;
  LoaderFlags loader_;
  std::optional<loader::LoaderEnvironment> environment_;
  loader::BindOptions options_;
  loader::ObjectCache cache_;  // files of one call share libraries
};

}  // namespace

std::unique_ptr<Command> make_bindings() { return std::make_unique<Bindings>(); }

}  // namespace elfwheel::cli
