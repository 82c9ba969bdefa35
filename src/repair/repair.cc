// The repair's story: open, audit, decide, plan, apply, look again, commit.
#include "elfwheel/repair/repair.h"

#include <sys/stat.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "base/digest.h"
#include "base/output_file.h"
#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "repair/android.h"
#include "repair/apply.h"
#include "repair/audited_wheel.h"
#include "repair/debug_files.h"
#include "repair/output_directory.h"
#include "repair/packages/owners.h"
#include "repair/treatments.h"
#include "repair/verify_output.h"
#include "wheel/parallel.h"

namespace elfwheel::repair {
namespace {

void check_options(const RepairOptions& options) {
  if (options.compression_level < 0 || options.compression_level > 12)
    throw Error(ErrorCode::kUsage, "compression level " +
                                       std::to_string(options.compression_level) +
                                       " is not between 0 and 12");
  if (options.lib_sdir.empty() || options.lib_sdir.find('/') != std::string::npos)
    throw Error(ErrorCode::kUsage,
                "\"" + options.lib_sdir + "\" cannot end a directory's name: try \".libs\"");
}

uint64_t file_size(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
}

// SHA-256 of each library that the policy wants copied in, "" for the others.
std::vector<std::string> hash_libraries(const AuditedWheel& audited, policy::PolicyIndex policy,
                                        unsigned jobs) {
  const std::vector<size_t> wanted = libraries_to_graft(audited.audit, policy);
  std::vector<std::string> digests(audited.libraries.size());
  wheel::parallel_for(wanted.size(), jobs, [&](size_t i) {
    const FileContents& contents = *audited.libraries[wanted[i]].contents;
    const Sha256 digest = sha256(
        contents.bytes(), [&](uint64_t begin, uint64_t end) { contents.release(begin, end); });
    digests[wanted[i]] = to_hex(Bytes(digest.data(), digest.size()));
  });
  return digests;
}

// ELF members were held against RECORD when they were read. The others are copied as they are
// packed, but never with a hash that is not theirs: the result must be as good as it says.
void verify_others(const wheel::Wheel& wheel, const WheelAudit& audit, unsigned jobs) {
  std::unordered_set<std::string_view> verified;
  for (const AuditedMember& member : audit.members) verified.insert(member.path);
  std::vector<wheel::RecordRow> rows;
  for (const wheel::RecordRow& row : wheel.record)
    if (!verified.contains(row.path)) rows.push_back(row);
  wheel::throw_findings(wheel::verify_hashes(rows, wheel.archive, jobs));
}

// Says of each copied library which package of the build machine it is from.
void name_packages(const FileSystem& machine, RepairPlan& plan) {
  std::vector<std::string> paths;
  for (const GraftStep& graft : plan.grafts) paths.push_back(graft.source);
  Owners owners = find_owners(paths, machine);
  for (size_t i = 0; i < paths.size(); ++i) plan.grafts[i].package = std::move(owners.packages[i]);
  plan.notes.insert(plan.notes.end(), owners.notes.begin(), owners.notes.end());
}

void write_output(const wheel::Wheel& wheel, const AuditedWheel& audited,
                  const RepairOptions& options, RepairReport& report) {
  OutputDirectory directory(options.output_directory);
  wheel::ArchiveWriter writer(report.output_path);
  const RepairedFiles files = write_repaired(wheel, audited, report.plan, options, writer);
  report.copied_entries = files.copied_entries;
  const std::string& temporary = writer.finish();
  report.findings = verify_output(temporary, wheel, audited, report.plan, files, options);
  DebugFiles debug_files(options);
  debug_files.write(audited, report.plan);

  // Beyond this point the wheel is known to be good.
  report.output_size = file_size(temporary);
  writer.commit();
  directory.keep();
  debug_files.keep();
  report.written = true;
}

bool is_for_any_platform(const wheel::WheelName& name) {
  return std::all_of(name.platforms.begin(), name.platforms.end(),
                     [](const std::string& platform) { return platform == "any"; });
}

// There is nothing to repair; what belongs together shall lie together.
void hand_over(const RepairOptions& options, RepairReport& report) {
  report.reasons.clear();
  report.repairable = true;
  report.output_path = join_path(options.output_directory, base_name(report.input_path));
  report.notes.emplace_back("a wheel without ELF files is copied as it is");
  if (options.dry_run) return;
  const OpenedFile input = host_file_system().open(report.input_path);
  if (input.error != 0) throw io_error("cannot read", input.error);
  OutputDirectory directory(options.output_directory);
  if (host_file_system().status(report.output_path).id != input.id) {
    OutputFile output = OutputFile::create(report.output_path);
    output.append(input.contents->bytes());
    output.commit();
  }
  directory.keep();
  report.output_size = report.input_size;
  report.written = true;
}

}  // namespace

RepairReport repair_wheel(const std::string& path, const RepairOptions& options) {
  check_options(options);
  const auto begin = [&](std::string_view stage) {
    if (options.progress) options.progress(stage, 0, 0);
  };
  RepairReport report;
  report.input_path = path;
  report.input_size = file_size(path);

  const wheel::Wheel wheel = wheel::Wheel::open(path);
  begin("looking for libraries");
  const AuditedWheel audited = audit_with_contents(wheel, options.audit);
  const WheelAudit& audit = audited.audit;
  report.notes = audit.notes;
  report.reasons = audit.refusals;
  if (audit.pure && options.allow_pure && is_for_any_platform(wheel.name)) {
    verify_others(wheel, audit, options.audit.jobs);
    hand_over(options, report);
  }
  if (!audit.evaluation) return report;

  begin("comparing with RECORD");
  verify_others(wheel, audit, options.audit.jobs);

  const policy::TagChoice choice = policy::choose_tags(
      *audit.evaluation, policy::parse_platform(options.audit.platform), options.only_platform);
  report.reasons = find_refusals(audit, choice);
  if (!report.reasons.empty()) return report;

  begin("planning");
  Examined examined;
  examined.digests = hash_libraries(audited, choice.policy, options.audit.jobs);
  examine_for_strip(audited, choice.policy, options, examined);
  report.plan = plan_repair(wheel, audit, choice, examined, options);
  if (audit.requirements.android) {
    const std::string reason = reason_against(report.plan, *audit.requirements.android);
    if (!reason.empty()) {
      report.plan = {};
      report.reasons.push_back(reason);
      return report;
    }
  }
  name_packages(options.audit.files != nullptr ? *options.audit.files : host_file_system(),
                report.plan);
  report.repairable = true;
  const auto note = [&](const std::vector<std::string>& notes) {
    report.notes.insert(report.notes.end(), notes.begin(), notes.end());
  };
  note(report.plan.notes);
  // A look at the finished wheel tells the same, and more.
  if (options.dry_run) note(content_notes(audit, choice.policy, options.clear_exec_stack));
  report.output_path = join_path(options.output_directory, report.plan.tags.new_file_name);
  if (!options.dry_run) write_output(wheel, audited, options, report);
  return report;
}

}  // namespace elfwheel::repair
