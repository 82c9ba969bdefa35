// `elfwheel lddtree`: what the dynamic loader would load for a file.
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/loader_flags.h"
#include "cli/output_flags.h"
#include "elfwheel/loader/resolve.h"
#include "elfwheel/report/link_map.h"

namespace elfwheel::cli {

namespace {

class Lddtree : public Command {
 public:
  std::string name() const override { return "lddtree"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand(name(), "Show what the dynamic loader loads for a file, and why");
    command->add_option("FILE", files_, "ELF files")->required()->type_name("");
    output_.add_to(*command);
    command->add_flag("--explain", explain_, "Show every place that was tried for every name");
    loader_.add_to(*command);
    command->footer(
        "Nothing is executed: files of other architectures are answered, too.\n"
        "Exit status 1 when something is not found.\n\n"
        "Example:\n"
        "  elfwheel lddtree --explain --ldpaths /opt/lib ./libpkg.so");
    return command;
  }

  ExitStatus run(Console& console) override {
    const loader::LoaderEnvironment environment = loader_.environment();
    const auto resolve = [&](const std::string& file) {
      return loader::resolve(loader_.files(), loader_.path_inside(file), environment);
    };
    if (output_.json) {
      return console.for_each_json(files_, [&](const std::string& file, auto& values) {
        const loader::LinkMap map = resolve(file);
        values.push_back(report::link_map_json(map, file, explain_));
        return answer(map);
      });
    }
    return console.for_each(files_, [&](const std::string& file) {
      const loader::LinkMap map = resolve(file);
      console.print(explain_ ? report::render_explanation(map, console.style())
                             : report::render_tree(map, console.style()));
      return answer(map);
    });
  }

 private:
  static ExitStatus answer(const loader::LinkMap& map) {
    return map.complete() ? ExitStatus::kDone : ExitStatus::kNo;
  }

  std::vector<std::string> files_;
  bool explain_ = false;
  OutputFlags output_;
  LoaderFlags loader_;
};

}  // namespace

std::unique_ptr<Command> make_lddtree() { return std::make_unique<Lddtree>(); }

}  // namespace elfwheel::cli
