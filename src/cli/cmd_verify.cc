// `elfwheel verify`: whether wheels, or what is installed in a directory, will work.
#include <CLI/App.hpp>
#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/loader_flags.h"
#include "cli/output_flags.h"
#include "cli/result_lines.h"
#include "elfwheel/base/error.h"
#include "elfwheel/loader/environment.h"
#include "elfwheel/repair/verify.h"
#include "elfwheel/report/verify_report.h"

namespace elfwheel::cli {

namespace {

class Verify : public Command {
 public:
  std::string name() const override { return "verify"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand(name(), "Check that installed wheels find their libraries");
    command->add_option("WHEEL|DIR", inputs_, "Wheels, directories of wheels, or environments")
        ->type_name("");
    command
        ->add_option("--prefix", prefixes_,
                     "What is installed there: a virtual environment,\n"
                     "site-packages, or what pip install --target made")
        ->type_name("DIR")
        ->allow_extra_args(false);
    command
        ->add_option("--sysroot", sysroot_, "The machine's root directory; DIRs are inside of it")
        ->type_name("DIR")
        ->check(CLI::Validator(CLI::ExistingDirectory).description(""));
    command->add_option("--exclude", excludes_, "A library that something else brings")
        ->type_name("PATTERN")
        ->allow_extra_args(false);
    command->add_option("-j,--jobs", jobs_, "Threads; 0: one per processor")
        ->type_name("N")
        ->capture_default_str();
    command->add_flag("-v,--verbose", verbose_, "Print remarks, too");
    command->add_flag("--each", each_, "See each wheel by itself; --jsonl and --results do");
    output_.add_to(*command);
    lines_.add_to(*command);
    command->footer(
        "A wheel is installed on paper, in every layout that its tags allow. Wheels that\n"
        "are given together find each other's files. RECORD, tags, rpaths, doubled runtimes\n"
        "and symbols are checked, too: docs/verify.md. LD_LIBRARY_PATH does not count.\n"
        "Exit status 1 when there are errors; warnings and remarks don't count.\n\n"
        "Examples:\n"
        "  elfwheel verify wheelhouse/*.whl\n"
        "  elfwheel verify --prefix .venv");
    return command;
  }

  ExitStatus run(Console& console) override {
    std::vector<std::string> paths;
    for (const std::string& input : inputs_)
      for (std::string& path : repair::wheels_of(input)) paths.push_back(std::move(path));
    paths.insert(paths.end(), prefixes_.begin(), prefixes_.end());
    if (paths.empty())
      throw Error(ErrorCode::kUsage,
                  "WHEEL|DIR or --prefix is required; see elfwheel verify --help");
    std::unique_ptr<FileSystem> root;
    const repair::VerifyOptions options = make_options(root);
    if (lines_.are_wanted()) {
      return lines_.run(console, paths, [&](const std::string& path, report::Json& result) {
        const repair::Verification verification = verify_alone(path, options);
        result = report::verification_json(verification);
        return answer(verification);
      });
    }
    return each_ ? verify_each(console, paths, options) : verify_together(console, paths, options);
  }

 private:
  // `root` keeps the files of --sysroot.
  repair::VerifyOptions make_options(std::unique_ptr<FileSystem>& root) const {
    repair::VerifyOptions options;
    options.environment = loader::host_environment(std::nullopt, std::nullopt);
    options.excludes = excludes_;
    options.jobs = jobs_;
    if (!sysroot_.empty()) {
      root = make_sysroot_file_system(sysroot_);
      options.files = root.get();
      options.environment.conf_without_cache = true;
      options.environment.glibc_version.reset();  // the root's own
    }
    return options;
  }

  void take(const std::string& path, repair::Verifier& verifier) const {
    const bool is_prefix = std::find(prefixes_.begin(), prefixes_.end(), path) != prefixes_.end();
    if (is_prefix || is_directory(path))
      verifier.add_environment(path_in_root(sysroot_, path));
    else
      verifier.add(path);
  }

  static bool is_directory(const std::string& path) {
    const FileStatus status = host_file_system().status(path);
    return status.error == 0 && status.kind == FileKind::kDirectory;
  }

  static ExitStatus answer(const repair::Verification& verification) {
    return verification.ok() ? ExitStatus::kDone : ExitStatus::kNo;
  }

  static repair::Verification verify_input(repair::Verifier& verifier, size_t index,
                                           const std::string& path) {
    repair::Verification verification = verifier.verify(index);
    verification.path = path;  // as it was named, not as it is below --sysroot
    return verification;
  }

  repair::Verification verify_alone(const std::string& path,
                                    const repair::VerifyOptions& options) const {
    repair::Verifier verifier(options);
    take(path, verifier);
    return verify_input(verifier, 0, path);
  }

  ExitStatus verify_each(Console& console, const std::vector<std::string>& paths,
                         const repair::VerifyOptions& options) const {
    return print(console, paths, paths.size() > 1,
                 [&](const std::string& path) { return verify_alone(path, options); });
  }

  ExitStatus verify_together(Console& console, const std::vector<std::string>& paths,
                             const repair::VerifyOptions& options) const {
    repair::Verifier verifier(options);
    std::vector<std::string> taken;
    const ExitStatus unreadable = console.for_each(paths, [&](const std::string& path) {
      take(path, verifier);
      taken.push_back(path);
      return ExitStatus::kDone;
    });
    // Beyond this point, all wheels that can be installed together are known.
    size_t next = 0;
    return worst(unreadable, print(console, taken, paths.size() > 1, [&](const std::string& path) {
                   return verify_input(verifier, next++, path);
                 }));
  }

  ExitStatus print(Console& console, const std::vector<std::string>& paths, bool several,
                   const std::function<repair::Verification(const std::string&)>& verify) const {
    std::vector<report::Json> values;
    const ExitStatus status = console.for_each(paths, [&](const std::string& path) {
      const repair::Verification verification = verify(path);
      if (output_.json)
        values.push_back(report::verification_json(verification));
      else
        console.print(report::render_verification(verification, console.style(), verbose_));
      return answer(verification);
    });
    if (output_.json && (several || !values.empty()))
      console.print(report::json_text(report::json_of_inputs(std::move(values), several)));
    return status;
  }

  std::vector<std::string> inputs_;
  std::vector<std::string> prefixes_;
  std::string sysroot_;
  std::vector<std::string> excludes_;
  unsigned jobs_ = 0;
  bool verbose_ = false;
  bool each_ = false;
  OutputFlags output_;
  ResultLines lines_{"verify"};
};

}  // namespace

std::unique_ptr<Command> make_verify() { return std::make_unique<Verify>(); }

}  // namespace elfwheel::cli
