#include <nlohmann/json.hpp>

#include "elfwheel/report/verify_report.h"

namespace elfwheel::report {

Json finding_json(const repair::Finding& finding) {
  Json json;
  json["severity"] = repair::severity_name(finding.severity);
  json["file"] = finding.file.empty() ? Json(nullptr) : Json(finding.file);
  json["check"] = repair::check_name(finding.check);
  json["message"] = finding.message;
  json["layouts"] = finding.layouts;
  json["advice"] = finding.advice;
  return json;
}

Json verification_json(const repair::Verification& verification) {
  Json json;
  json["version"] = 1;
  json["wheel"] = verification.path;
  json["ok"] = verification.ok();
  json["elf_files"] = verification.elf_files;
  json["layouts"] = verification.layouts;
  json["findings"] = Json::array();
  for (const repair::Finding& finding : verification.findings)
    json["findings"].push_back(finding_json(finding));
  json["notes"] = verification.notes;
  return json;
}

}  // namespace elfwheel::report
