// `elfwheel repair`: makes wheels self-contained.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/paths.h"
#include "cli/command.h"
#include "cli/dependency_flags.h"
#include "cli/headings.h"
#include "cli/output_flags.h"
#include "cli/result_lines.h"
#include "cli/search_flags.h"
#include "cli/source_date.h"
#include "cli/value_words.h"
#include "elfwheel/repair/repair.h"
#include "elfwheel/report/repair_report.h"
#include "elfwheel/second_opinion/second_opinion.h"

namespace elfwheel::cli {

namespace {

// ELFWHEEL_X where it is set, AUDITWHEEL_X otherwise.
std::string own_or_auditwheels(const std::string& name) {
  return (Console::variable(("ELFWHEEL_" + name).c_str()) ? "ELFWHEEL_" : "AUDITWHEEL_") + name;
}

class Repair : public Command {
 public:
  std::string name() const override { return "repair"; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command =
        app.add_subcommand(name(), "Copy what a wheel needs into it; set rpaths and tags");
    command->add_option("WHEEL", wheels_, "Wheels")->required()->type_name("");
    add_ignored_options(*command);
    add_target_options(*command);
    add_content_options(*command);
    search_.add_to(*command);
    add_treatment_options(*command);
    command->add_flag("--allow-pure-python-wheel", options_.allow_pure,
                      "Copy a wheel without ELF files as it is");
    add_talk_options(*command);
    command->footer(
        "A result is verified before it appears. Variables of auditwheel's names count, too. "
        "Exit status 1: not repairable.\n\n"
        "Example:\n  elfwheel repair -w wheelhouse --exclude 'libcuda.so.*' dist/*.whl");
    return command;
  }

  ExitStatus run(Console& console) override {
    options_.audit = [this] {
      repair::AuditOptions audit = search_.options();
      dependencies_.apply(wheels_, audit);
      audit.jobs = jobs_;
      return audit;
    }();
    options_.update_tags = !keep_tags_;
    options_.strip = strip_level();
    options_.source_date_epoch = source_date_epoch();
    if (cross_check_) options_.second_opinion = second_opinion::by_lief();
    if (lines_.are_wanted()) {
      return lines_.run(
          console, wheels_,
          [&](const std::string& path, report::Json& result) {
            const repair::RepairReport report = repair(console, path);
            result = report::repair_json(report);
            return answer(console, report, false);
          },
          [&](const report::Json& line) { return still_holds(line); });
    }
    if (output_.json) {
      return console.for_each_json(wheels_, [&](const std::string& path, auto& values) {
        const repair::RepairReport report = repair(console, path);
        values.push_back(report::repair_json(report));
        return answer(console, report, false);
      });
    }
    return console.for_each(wheels_, [&](const std::string& path) {
      const repair::RepairReport report = repair(console, path);
      if (report.repairable && !quiet_) {
        console.print(report::render_repair(report, verbose_, console.style()));
      }
      return answer(console, report, !quiet_);
    });
  }

 private:
  void add_target_options(CLI::App& command) {
    command.add_option("-w,--wheel-dir", options_.output_directory, "Where the results go")
        ->type_name("DIR")
        ->capture_default_str()
        ->group(kResult);
    dependencies_.add_to(command);
    command.get_option("--plat")->envname(own_or_auditwheels("PLAT"));
    command.add_flag("--only-plat", options_.only_platform, "Claim no better tag beside it")
        ->group(kResult);
    command.add_flag("--no-update-tags", keep_tags_, "Leave the tags as they are")->group(kResult);
  }

  void add_content_options(CLI::App& command) {
    command.add_option("-L,--lib-sdir", options_.lib_sdir, "Suffix of the libraries' directory")
        ->type_name("SUFFIX")
        ->capture_default_str()
        ->group(kResult);
    command
        .add_option("-z,--zip-compression-level", options_.compression_level,
                    "0 (stored) to 12 (smallest)")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(0, 12).description(""))
        ->envname(own_or_auditwheels("ZIP_COMPRESSION_LEVEL"))
        ->group(kResult);
    add_patterns(command, "--no-mangle", options_.kept_names,
                 "Copy this library under its own name")
        ->group(kLibraries);
    add_patterns(command, "--keep-rpath", options_.kept_rpaths,
                 "Keep this rpath entry though it leads outside")
        ->group(kLibraries);
  }

  void add_treatment_options(CLI::App& command) {
    command.add_flag("--strip", strip_, "Take out debug, unneeded or (no LEVEL) all symbols")
        ->type_name("LEVEL")
        ->check(suggest([] {
          return std::vector<std::string>{"debug", "unneeded", "all"};
        }))
        ->group(kResult);
    command
        .add_option("--split-debug", options_.debug_directory,
                    "Keep in DIR what is stripped; implies --strip=debug")
        ->type_name("DIR")
        ->group(kResult);
    command
        .add_flag("--clear-execstack", options_.clear_exec_stack,
                  "Let no file ask for an executable stack")
        ->group(kResult);
  }

  // A flag without a value reads "true".
  std::optional<elf::StripLevel> strip_level() const {
    if (strip_.empty() && options_.debug_directory.empty()) return std::nullopt;
    if (strip_.empty() || strip_ == "debug") return elf::StripLevel::kDebug;
    if (strip_ == "unneeded") return elf::StripLevel::kUnneeded;
    if (strip_ == "all" || strip_ == "true") return elf::StripLevel::kAll;
    throw Error(ErrorCode::kUsage, "--strip=" + strip_ + ": try debug, unneeded or all");
  }

  // So that command lines written for auditwheel work.
  void add_ignored_options(CLI::App& command) {
    command.add_option("--patcher", patcher_, "Ignored: elfwheel edits files itself")
        ->type_name("NAME")
        ->group("");
  }

  void add_talk_options(CLI::App& command) {
    command.add_option("-j,--jobs", jobs_, "Threads; 0: one per processor")
        ->type_name("N")
        ->capture_default_str();
    command.add_flag("--cross-check", cross_check_,
                     "Write nothing unless LIEF, another reader, agrees");
    command.add_flag("--dry-run", options_.dry_run, "Tell what would be done, write nothing");
    output_.add_to(command);
    lines_.add_to(command);
    CLI::Option* const verbose = command.add_flag("-v,--verbose", verbose_, "Tell why, too");
    command.add_flag("-q,--quiet", quiet_, "Tell errors only")->excludes(verbose);
  }

  repair::RepairReport repair(Console& console, const std::string& path) const {
    repair::RepairOptions options = options_;
    options.progress = [&](std::string_view stage, uint64_t done, uint64_t total) {
      console.show_progress(
          fmt::format("{}: {}{}", base_name(path), stage,
                      total == 0 ? "" : fmt::format(" {} %", done * 100 / total)));
    };
    repair::RepairReport report = repair::repair_wheel(path, options);
    console.show_progress("");
    return report;
  }

  // Of a line of --results: whether what this run would write is there.
  bool still_holds(const report::Json& line) const {
    if (!line.value("repairable", false) || options_.dry_run) return true;
    if (!line.value("written", false)) return false;
    const std::string output = line.value("output", "");
    const FileStatus status = host_file_system().status(output);
    return output == join_path(options_.output_directory, std::string(base_name(output))) &&
           status.error == 0 && line.value("output_size", uint64_t{0}) == status.size;
  }

  static ExitStatus answer(Console& console, const repair::RepairReport& report, bool with_notes) {
    if (with_notes) {
      for (const std::string& note : report.notes) {
        console.complain(report.input_path + ": note: " + note);
      }
    }
    for (const std::string& reason : report.reasons) {
      console.complain(report.input_path + ": " + reason);
    }
    return report.repairable ? ExitStatus::kDone : ExitStatus::kNo;
  }

  std::vector<std::string> wheels_;
  DependencyFlags dependencies_;
  std::string strip_;
  std::string patcher_;
  unsigned jobs_ = 0;
  bool keep_tags_ = false;
  bool cross_check_ = false;
  bool verbose_ = false;
  bool quiet_ = false;
  repair::RepairOptions options_;
  OutputFlags output_;
  ResultLines lines_{"repair"};
  SearchFlags search_;
};

}  // namespace

std::unique_ptr<Command> make_repair() { return std::make_unique<Repair>(); }

}  // namespace elfwheel::cli
