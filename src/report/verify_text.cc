#include <fmt/format.h>

#include "elfwheel/report/verify_report.h"

namespace elfwheel::report {

namespace {

using repair::Finding;
using repair::Severity;
using repair::Verification;

std::string counted(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// What was looked at: " in 2 layouts" is left out where a directory was.
std::string scope(const Verification& verification) {
  std::string text = counted(verification.elf_files, "ELF file") + " checked";
  if (!verification.layouts.empty())
    text += " in " + counted(verification.layouts.size(), "layout");
  return text;
}

}  // namespace

std::string render_finding(const Finding& finding, const TextStyle& style) {
  std::string line;
  if (!finding.file.empty()) line += printable(finding.file) + ": ";
  const std::string message = printable(finding.message);
  if (finding.severity == Severity::kError)
    line += render_alarm(style, message);
  else
    line += fmt::format("{}: {}", severity_name(finding.severity), message);
  if (!finding.advice.empty()) line += " (" + printable(finding.advice) + ")";
  return line;
}

std::string render_verification(const Verification& verification, const TextStyle& style,
                                bool with_remarks) {
  std::string text;
  for (const Finding& finding : verification.findings)
    if (with_remarks || finding.severity != Severity::kRemark)
      text += printable(verification.path) + ": " + render_finding(finding, style) + "\n";
  for (const std::string& note : verification.notes)
    text += fmt::format("{}: note: {}\n", printable(verification.path), printable(note));

  std::string verdict = "ok";
  if (!verification.ok())
    verdict = render_alarm(style, counted(verification.count(Severity::kError), "error"));
  if (const size_t warnings = verification.count(Severity::kWarning); warnings != 0)
    verdict += ", " + counted(warnings, "warning");
  if (const size_t remarks = verification.count(Severity::kRemark); remarks != 0)
    verdict += ", " + counted(remarks, "remark") + (with_remarks ? "" : " (-v tells)");
  return text +
         fmt::format("{}: {}, {}\n", printable(verification.path), verdict, scope(verification));
}

}  // namespace elfwheel::report
