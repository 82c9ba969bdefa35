// `elfwheel bindings`: which object defines what each reference of a process means.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/loader_flags.h"
#include "cli/output_flags.h"
#include "elfwheel/base/error.h"
#include "elfwheel/loader/bindings.h"
#include "elfwheel/loader/resolve.h"
#include "elfwheel/report/bindings.h"

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
        app.add_subcommand(name(), "Show which object defines each symbol that a process looks up");
    command->add_option("FILE", files_, "ELF files")->required()->type_name("");
    output_.add_to(*command);
    command
        ->add_option("--symbol", symbols_,
                     "Show the look-ups of this symbol only (may be repeated)")
        ->type_name("NAME")
        ->allow_extra_args(false);
    loader_.add_to(*command);
    command
        ->add_option("--dlopen", dlopen_,
                     "Then let the process open this file, or a name that it searches (may be\n"
                     "repeated: one after another); MODE is local (as Python imports), global, or\n"
                     "deepbind")
        ->type_name("FILE[:MODE]")
        ->allow_extra_args(false);
    command->footer(
        "The loader's answer for a process that starts with FILE and binds everything at once\n"
        "(LD_BIND_NOW), for FILE and every object it loads. Nothing is executed.\n"
        "Exit status 1 when a library or the definition of a symbol that is not weak is missing,\n"
        "or when a file cannot be opened.\n\n"
        "Examples:\n"
        "  elfwheel bindings --symbol dsyevd_ ./extension.so\n"
        "  elfwheel bindings /usr/bin/python3 --dlopen ./a.so --dlopen ./b.so:global");
    return command;
  }

  ExitStatus run(Console& console) override {
    const loader::LoaderEnvironment environment = loader_.environment();
    const std::vector<loader::OpenCall> opens = open_calls();
    if (output_.json) {
      return console.for_each_json(files_, [&](const std::string& file, auto& values) {
        const Answer answer = ask(file, environment, opens);
        values.push_back(report::bindings_json(answer, file));
        return status(answer);
      });
    }
    return console.for_each(files_, [&](const std::string& file) {
      const Answer answer = ask(file, environment, opens);
      console.print(report::render_bindings(answer, console.style()));
      return status(answer);
    });
  }

 private:
  using Answer = loader::BoundProcess;

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

  Answer ask(const std::string& file, const loader::LoaderEnvironment& environment,
             const std::vector<loader::OpenCall>& opens) {
    Answer answer = loader::bind_process(loader_.files(), loader_.path_inside(file), environment,
                                         opens, cache_);
    if (!symbols_.empty())
      std::erase_if(answer.bindings, [&](const loader::Binding& row) {
        return std::find(symbols_.begin(), symbols_.end(), row.symbol) == symbols_.end();
      });
    return answer;
  }

  static ExitStatus status(const Answer& answer) {
    const bool defined = std::all_of(answer.bindings.begin(), answer.bindings.end(),
                                     [](const loader::Binding& row) { return row.to || row.weak; });
    return answer.map.complete() && defined ? ExitStatus::kDone : ExitStatus::kNo;
  }

  std::vector<std::string> files_;
  std::vector<std::string> symbols_;
  std::vector<std::string> dlopen_;
  OutputFlags output_;
  LoaderFlags loader_;
  loader::ObjectCache cache_;  // files of one call share libraries
};

}  // namespace

std::unique_ptr<Command> make_bindings() { return std::make_unique<Bindings>(); }

}  // namespace elfwheel::cli
