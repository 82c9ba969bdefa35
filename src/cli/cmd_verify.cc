// `elfwheel verify`: whether wheels, or what is installed in a directory, will work.
#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output_flags.h"
#include "elfwheel/loader/environment.h"
#include "elfwheel/repair/verify.h"
#include "elfwheel/report/verify_report.h"

namespace elfwheel::cli {

namespace {

class Verify : public Command {
 public:
  std::string name() const override { return "verify"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command = app.add_subcommand(
        name(), "Check that every file of a wheel finds its libraries once installed");
    command
        ->add_option("WHEEL|DIR", inputs_,
                     "Wheels, directories of wheels, environments, or site-packages")
        ->required()
        ->type_name("");
    command
        ->add_option("--exclude", excludes_,
                     "A library that something else brings (a pattern; may be given again)")
        ->type_name("PATTERN")
        ->allow_extra_args(false);
    command->add_option("-j,--jobs", jobs_, "Threads; 0: one per processor")
        ->type_name("N")
        ->capture_default_str();
    output_.add_to(*command);
    command->footer(
        "A wheel is installed on paper, in every layout that its tags allow. Wheels that\n"
        "are given together find each other's files. RECORD, tags, rpaths and doubled\n"
        "runtimes are checked, too. LD_LIBRARY_PATH does not count.\n"
        "Exit status 1 when there are errors; warnings don't count.\n\n"
        "Example:\n  elfwheel verify wheelhouse/*.whl");
    return command;
  }

  ExitStatus run(Console& console) override {
    repair::VerifyOptions options;
    options.environment = loader::host_environment(std::nullopt, std::nullopt);
    options.excludes = excludes_;
    options.jobs = jobs_;
    repair::Verifier verifier(std::move(options));

    std::vector<std::string> paths;
    for (const std::string& input : inputs_)
      for (std::string& path : repair::wheels_of(input)) paths.push_back(std::move(path));
    std::vector<std::string> taken;
    const ExitStatus unreadable = console.for_each(paths, [&](const std::string& path) {
      verifier.add(path);
      taken.push_back(path);
      return ExitStatus::kDone;
    });
    // Beyond this point, all wheels that can be installed together are known.
    return worst(unreadable, verify(console, verifier, taken, paths.size() > 1));
  }

 private:
  ExitStatus verify(Console& console, repair::Verifier& verifier,
                    const std::vector<std::string>& taken, bool several) const {
    std::vector<report::Json> values;
    size_t next = 0;
    const ExitStatus status = console.for_each(taken, [&](const std::string&) {
      const repair::Verification verification = verifier.verify(next++);
      if (output_.json)
        values.push_back(report::verification_json(verification));
      else
        console.print(report::render_verification(verification, console.style()));
      return verification.ok() ? ExitStatus::kDone : ExitStatus::kNo;
    });
    if (output_.json && (several || !values.empty()))
      console.print(report::json_text(report::json_of_inputs(std::move(values), several)));
    return status;
  }

  std::vector<std::string> inputs_;
  std::vector<std::string> excludes_;
  unsigned jobs_ = 0;
  OutputFlags output_;
};

}  // namespace

std::unique_ptr<Command> make_verify() { return std::make_unique<Verify>(); }

}  // namespace elfwheel::cli
