// A repair in words.
#include <fmt/format.h>

#include "elfwheel/report/repair_report.h"
#include "elfwheel/report/verify_report.h"

namespace elfwheel::report {

namespace {

using repair::GraftStep;
using repair::PatchStep;
using repair::RepairReport;

std::string rpath_words(const std::string& rpath) {
  return rpath.empty() ? "(none)" : printable(rpath);
}

std::string rpath_change(const std::string& before, const std::string& after) {
  if (before == after) return "";
  return fmt::format("      rpath {}\n         -> {}\n", rpath_words(before), rpath_words(after));
}

std::string edits_text(const elf::Edits& edits) {
  std::string text;
  if (edits.soname) text += fmt::format("      soname {}\n", printable(*edits.soname));
  for (const std::string& name : edits.remove_needed) {
    text += fmt::format("      no longer needs {}\n", printable(name));
  }
  for (const auto& [old_name, new_name] : edits.replace_needed) {
    text += fmt::format("      needs {} instead of {}\n", printable(new_name), printable(old_name));
  }
  if (edits.exec_stack == false) text += "      no executable stack\n";
  return text;
}

std::string strip_text(const std::optional<repair::StripStep>& strip) {
  if (!strip) return "";
  std::string text = fmt::format("      stripped of {} bytes", strip->bytes);
  if (!strip->debug_file.empty()) text += ", kept in " + printable(strip->debug_file);
  return text + "\n";
}

std::string package_words(const GraftStep& graft) {
  if (!graft.package) return "";
  return printable(fmt::format(" ({} {})", graft.package->name, graft.package->version));
}

std::string grafts_text(const RepairReport& report, bool verbose, const TextStyle& style) {
  const repair::RepairPlan& plan = report.plan;
  if (plan.grafts.empty()) return "";
  std::string text =
      render_heading(style, "Copied into " + printable(plan.library_directory)) + "\n";
  for (const GraftStep& graft : plan.grafts) {
    text += fmt::format("  {} ({} bytes)\n      from {}{}\n", printable(graft.name), graft.size,
                        printable(graft.source), package_words(graft));
    if (!graft.users.empty())
      text += fmt::format("      needed by {}\n",
                          printable(fmt::format("{}", fmt::join(graft.users, ", "))));
    text += strip_text(graft.strip);
    if (!verbose) continue;
    text += fmt::format("      because {}\n", printable(graft.reason));
    text += edits_text(graft.edits) + rpath_change(graft.old_rpath, graft.new_rpath);
  }
  return text;
}

std::string provided_text(const RepairReport& report, const TextStyle& style) {
  if (report.plan.provided.empty()) return "";
  std::string text = render_heading(style, "Used from other distributions") + "\n";
  for (const repair::ProvidedStep& step : report.plan.provided)
    text += fmt::format("  {} of {} {}\n      needed by {}\n", printable(step.name),
                        printable(step.distribution), printable(step.version),
                        printable(fmt::format("{}", fmt::join(step.users, ", "))));
  return text;
}

std::string left_outside_text(const RepairReport& report, const TextStyle& style) {
  const repair::RepairPlan& plan = report.plan;
  if (plan.left_outside.empty()) return "";
  std::string text =
      render_heading(style, "Left outside, as " + printable(plan.tags.policy) + " allows") + "\n";
  for (const repair::OutsideStep& step : plan.left_outside)
    text += fmt::format("  {}\n      needed by {}\n", printable(step.name),
                        printable(fmt::format("{}", fmt::join(step.users, ", "))));
  return text;
}

std::string patches_text(const RepairReport& report, bool verbose, const TextStyle& style) {
  if (report.plan.patches.empty()) return "";
  std::string text = render_heading(style, "Patched") + "\n";
  for (const PatchStep& patch : report.plan.patches) {
    text += "  " + printable(patch.path) + "\n";
    text += rpath_change(patch.old_rpath, patch.new_rpath) + strip_text(patch.strip);
    if (!verbose) continue;
    text += edits_text(patch.edits);
    if (patch.mode) text += fmt::format("      mode {:o}\n", *patch.mode & 0777);
    for (const std::string& reason : patch.reasons) {
      text += fmt::format("      because {}\n", printable(reason));
    }
  }
  return text;
}

std::string tags_text(const RepairReport& report, const TextStyle& style) {
  const repair::TagStep& tags = report.plan.tags;
  if (tags.old_tags == tags.new_tags) return "";
  return fmt::format("{}\n      {}\n   -> {}\n", render_heading(style, "Tags"),
                     printable(fmt::format("{}", fmt::join(tags.old_tags, " "))),
                     printable(fmt::format("{}", fmt::join(tags.new_tags, " "))));
}

std::string findings_text(const RepairReport& report, bool verbose, const TextStyle& style) {
  std::string text;
  for (const repair::Finding& finding : report.findings)
    if (verbose || finding.severity != repair::Severity::kRemark)
      text += "  " + render_finding(finding, style) + "\n";
  return text.empty() ? "" : render_heading(style, "What is left") + "\n" + text;
}

std::string result_text(const RepairReport& report) {
  if (!report.written) return fmt::format("Would write {}\n", printable(report.output_path));
  return fmt::format("Wrote {} ({} bytes; the input has {})\n", printable(report.output_path),
                     report.output_size, report.input_size);
}

}  // namespace

std::string render_repair(const RepairReport& report, bool verbose, const TextStyle& style) {
  std::string text = render_heading(style, printable(report.input_path)) + "\n";
  text += grafts_text(report, verbose, style) + provided_text(report, style);
  if (verbose) text += left_outside_text(report, style);
  text += patches_text(report, verbose, style);
  text += tags_text(report, style);
  for (const std::string& entry : report.plan.dropped) {
    text += fmt::format("Left out: {}\n", printable(entry));
  }
  if (verbose && !report.plan.sbom_path.empty()) {
    text += fmt::format("Bill of materials: {}\n", printable(report.plan.sbom_path));
  }
  if (verbose && report.written) {
    text += fmt::format("{} entries were copied as they are\n", report.copied_entries);
  }
  return text + findings_text(report, verbose, style) + result_text(report);
}

}  // namespace elfwheel::report
