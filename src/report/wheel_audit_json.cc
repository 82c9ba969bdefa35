// `show --json`: auditwheel's object.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "elfwheel/report/wheel_audit.h"

namespace elfwheel::report {

namespace {

using policy::Evaluation;

Json versions_json(const Evaluation& evaluation) {
  Json json = Json::object();
  for (const auto& [library, versions] : evaluation.versioned_symbols()) json[library] = versions;
  return json;
}

Json externals_json(const Evaluation& evaluation) {
  Json json = Json::object();
  for (const policy::ExternalLibrary& library : evaluation.external_libraries()) {
    // Two libraries of one name: auditwheel knows one of them; here it is the first.
    if (json.contains(library.soname)) continue;
    json[library.soname] = library.path ? Json(*library.path) : Json(nullptr);
  }
  return json;
}

Json upgrades_json(const Evaluation& evaluation) {
  Json json = Json::object();
  for (const policy::PolicyUpgrade& upgrade : policy::policy_upgrades(evaluation)) {
    Json entry = Json::object();
    if (!upgrade.libraries.empty()) entry["libs_to_eliminate"] = upgrade.libraries;
    if (!upgrade.banned.empty()) entry["blacklisted_symbols"] = upgrade.banned;
    if (!entry.empty()) json[evaluation.name(upgrade.policy)] = std::move(entry);
  }
  return json;
}

}  // namespace

Json wheel_json(const ShownWheel& wheel, bool allow_pure) {
  Json json;
  json["version"] = 1;
  json["wheel"] = wheel.file_name;
  if (!wheel.audit.evaluation) {
    if (wheel.audit.pure && allow_pure) {
      json["pure"] = true;
    } else {
      json["error"] = fmt::format("{}", fmt::join(wheel.audit.refusals, "; "));
    }
    return json;
  }
  const Evaluation& evaluation = *wheel.audit.evaluation;
  json["pure"] = false;
  json["overall_tag"] = evaluation.name(evaluation.overall);
  json["sym_tag"] = evaluation.name(evaluation.by_versions);
  json["pyfpe"] = !evaluation.pyfpe_files.empty();
  json["ucs2"] = !evaluation.ucs2_files.empty();
  json["unsupported_isa"] = evaluation.by_isa == evaluation.policies.linux_index();
  json["versioned_symbols"] = versions_json(evaluation);
  json["external_libs"] = externals_json(evaluation);
  json["policy_upgrades"] = upgrades_json(evaluation);
  // One more than auditwheel has.
  json["notes"] = wheel.audit.notes;
  return json;
}

}  // namespace elfwheel::report
