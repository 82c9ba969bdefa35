// `repair --json`: report and plan, key by key as in repair/plan.h.
#include <nlohmann/json.hpp>

#include "elfwheel/report/repair_report.h"
#include "elfwheel/report/verify_report.h"

namespace elfwheel::report {

namespace {

using repair::GraftStep;
using repair::PatchStep;
using repair::RepairReport;

Json edits_json(const elf::Edits& edits) {
  Json json = Json::object();
  if (edits.soname) json["soname"] = *edits.soname;
  if (!edits.remove_needed.empty()) json["remove_needed"] = edits.remove_needed;
  if (!edits.add_needed.empty()) json["add_needed"] = edits.add_needed;
  if (!edits.replace_needed.empty()) {
    json["replace_needed"] = Json::object();
    for (const auto& [before, after] : edits.replace_needed) json["replace_needed"][before] = after;
  }
  if (edits.rpath) json["rpath"] = *edits.rpath;
  if (edits.exec_stack) json["exec_stack"] = *edits.exec_stack;
  return json;
}

Json strip_json(const std::optional<repair::StripStep>& strip) {
  if (!strip) return nullptr;
  return {{"bytes", strip->bytes},
          {"debug_file", strip->debug_file.empty() ? Json(nullptr) : Json(strip->debug_file)}};
}

Json graft_json(const GraftStep& graft) {
  Json json;
  json["name"] = graft.name;
  json["path"] = graft.path;
  json["source"] = graft.source;
  json["package"] = nullptr;
  if (graft.package) {
    json["package"] = {{"name", graft.package->name},
                       {"version", graft.package->version},
                       {"purl", graft.package->purl}};
  }
  json["sha256"] = graft.sha256;
  json["keeps_name"] = graft.keeps_name;
  json["size"] = graft.size;
  json["stands_for"] = graft.names;
  json["needed_by"] = graft.users;
  json["old_rpath"] = graft.old_rpath;
  json["new_rpath"] = graft.new_rpath;
  json["edits"] = edits_json(graft.edits);
  json["strip"] = strip_json(graft.strip);
  json["reason"] = graft.reason;
  return json;
}

Json patch_json(const PatchStep& patch) {
  Json json;
  json["path"] = patch.path;
  json["old_rpath"] = patch.old_rpath;
  json["new_rpath"] = patch.new_rpath;
  json["edits"] = edits_json(patch.edits);
  json["strip"] = strip_json(patch.strip);
  json["mode"] = patch.mode ? Json(*patch.mode & 0777) : Json(nullptr);
  json["reasons"] = patch.reasons;
  return json;
}

Json provided_json(const repair::ProvidedStep& step) {
  Json json;
  json["name"] = step.name;
  json["distribution"] = step.distribution;
  json["version"] = step.version;
  json["path"] = step.path;
  json["needed_by"] = step.users;
  return json;
}

Json tags_json(const repair::TagStep& tags) {
  Json json;
  json["policy"] = tags.policy;
  json["old_file_name"] = tags.old_file_name;
  json["new_file_name"] = tags.new_file_name;
  json["old_tags"] = tags.old_tags;
  json["new_tags"] = tags.new_tags;
  return json;
}

}  // namespace

Json repair_json(const RepairReport& report) {
  Json json;
  json["version"] = 1;
  json["wheel"] = report.input_path;
  json["repairable"] = report.repairable;
  json["reasons"] = report.reasons;
  json["written"] = report.written;
  json["output"] = report.repairable ? Json(report.output_path) : Json(nullptr);
  json["input_size"] = report.input_size;
  json["output_size"] = report.written ? Json(report.output_size) : Json(nullptr);
  json["copied_entries"] = report.copied_entries;
  json["notes"] = report.notes;
  if (!report.repairable) return json;
  json["library_directory"] = report.plan.library_directory;
  json["tags"] = tags_json(report.plan.tags);
  json["grafts"] = Json::array();
  for (const GraftStep& graft : report.plan.grafts) json["grafts"].push_back(graft_json(graft));
  json["provided"] = Json::array();
  for (const repair::ProvidedStep& step : report.plan.provided)
    json["provided"].push_back(provided_json(step));
  json["left_outside"] = Json::array();
  for (const repair::OutsideStep& step : report.plan.left_outside)
    json["left_outside"].push_back({{"name", step.name}, {"needed_by", step.users}});
  json["patches"] = Json::array();
  for (const PatchStep& patch : report.plan.patches) json["patches"].push_back(patch_json(patch));
  json["sbom"] = report.plan.sbom_path.empty() ? Json(nullptr) : Json(report.plan.sbom_path);
  json["dropped"] = report.plan.dropped;
  json["findings"] = Json::array();
  for (const repair::Finding& finding : report.findings)
    json["findings"].push_back(finding_json(finding));
  return json;
}

}  // namespace elfwheel::report
