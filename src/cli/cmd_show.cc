// `elfwheel show`: the platform tag a wheel can claim.
#include <nlohmann/json.hpp>

#include "base/paths.h"
#include "cli/command.h"
#include "cli/dependency_flags.h"
#include "cli/output_flags.h"
#include "cli/result_lines.h"
#include "cli/search_flags.h"
#include "elfwheel/repair/audit.h"
#include "elfwheel/repair/plan.h"
#include "elfwheel/report/wheel_audit.h"

namespace elfwheel::cli {

namespace {

class Show : public Command {
 public:
  std::string name() const override { return "show"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand(name(), "Show which platform tag a wheel can claim, and why");
    command->add_option("WHEEL", wheels_, "Wheels")->required()->type_name("");
    dependencies_.add_to(*command);
    search_.add_to(*command);
    output_.add_to(*command);
    lines_.add_to(*command);
    command->add_flag("--allow-pure-python-wheel", allow_pure_,
                      "Exit with 0 for a wheel without ELF files");
    command->footer(
        "The keys of --json are those of `auditwheel show --json`, and notes.\n"
        "Exit status 1 when no platform tag is possible.\n\n"
        "Example:\n  elfwheel show dist/*.whl");
    return command;
  }

  ExitStatus run(Console& console) override {
    repair::AuditOptions options = search_.options();
    dependencies_.apply(wheels_, options);
    if (lines_.are_wanted()) {
      return lines_.run(console, wheels_, [&](const std::string& path, report::Json& result) {
        const report::ShownWheel shown = audit(path, options);
        result = report::wheel_json(shown, allow_pure_);
        return answer(shown);
      });
    }
    if (output_.json) {
      return console.for_each_json(
          wheels_,
          [&](const std::string& path, auto& values) {
            const report::ShownWheel shown = audit(path, options);
            values.push_back(report::wheel_json(shown, allow_pure_));
            return answer(shown);
          },
          4);
    }
    return console.for_each(wheels_, [&](const std::string& path) {
      const report::ShownWheel shown = audit(path, options);
      console.print(report::render_wheel(shown, console.style()));
      return answer(shown);
    });
  }

 private:
  static report::ShownWheel audit(const std::string& path, const repair::AuditOptions& options) {
    const wheel::Wheel wheel = wheel::Wheel::open(path);
    report::ShownWheel shown;
    shown.file_name = std::string(base_name(path));
    shown.audit = repair::audit_wheel(wheel, options);
    if (!shown.audit.evaluation || !shown.audit.refusals.empty()) return shown;
    const policy::Evaluation& evaluation = *shown.audit.evaluation;
    const policy::TagChoice choice =
        policy::choose_tags(evaluation, policy::parse_platform(options.platform), false);
    if (repair::find_refusals(shown.audit, choice).empty()) {
      shown.repaired_tag = evaluation.name(choice.policy);
    }
    for (std::string& note : repair::content_notes(shown.audit, choice.policy, false))
      shown.audit.notes.push_back(std::move(note));
    return shown;
  }

  ExitStatus answer(const report::ShownWheel& shown) const {
    if (shown.audit.evaluation) return ExitStatus::kDone;
    return shown.audit.pure && allow_pure_ ? ExitStatus::kDone : ExitStatus::kNo;
  }

  std::vector<std::string> wheels_;
  OutputFlags output_;
  ResultLines lines_{"show"};
  DependencyFlags dependencies_;
  SearchFlags search_;
  bool allow_pure_ = false;
};

}  // namespace

std::unique_ptr<Command> make_show() { return std::make_unique<Show>(); }

}  // namespace elfwheel::cli
