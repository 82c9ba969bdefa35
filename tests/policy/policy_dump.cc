// Prints the policy room's tables and judgements as JSON, so that scripts can hold them against
// auditwheel's.
//
//   policy_dump tables              every policy of every architecture, written out
//   policy_dump evaluate < CASES    one answer for each case of the array
//   (compare_with_auditwheel.py)
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "elfwheel/base/error.h"
#include "elfwheel/policy/platform.h"

namespace {

using nlohmann::json;
using namespace elfwheel::policy;
using elfwheel::elf::Libc;

json dump_set(const PolicySet& policies) {
  json rows = json::array();
  for (PolicyIndex index = 0; index < policies.size(); ++index) {
    rows.push_back({{"name", policies[index].name},
                    {"aliases", policies[index].aliases},
                    {"symbol_versions", policies.versions(index)},
                    {"lib_whitelist", policies.libraries(index)},
                    {"blacklist", policies.banned_symbols(index)}});
  }
  return rows;
}

json dump_tables() {
  json result;
  for (const std::string& architecture : architectures()) {
    result["glibc"][architecture] = dump_set(PolicySet::for_platform(architecture, Libc::kGlibc));
    for (const char* musl : {"musllinux_1_1", "musllinux_1_2"}) {
      result[musl][architecture] =
          dump_set(PolicySet::for_platform(architecture, Libc::kMusl, musl));
    }
  }
  for (int level = 21; level <= 40; ++level)
    for (const std::string abi : {"arm64_v8a", "x86_64"}) {
      const std::string tag = "android_" + std::to_string(level) + "_" + abi;
      result["android"][tag] = dump_set(PolicySet::for_android(parse_android_tag(tag).value()));
    }
  return result;
}

Object read_object(const json& from) {
  Object object;
  object.name = from["name"];
  object.inside = from["inside"];
  object.root = from["root"];
  for (const json& need : from["needed"]) {
    Need edge{need[0], std::nullopt};
    if (!need[1].is_null()) edge.object = need[1].get<ObjectIndex>();
    object.needed.push_back(edge);
  }
  for (const json& use : from["versions"]) object.version_uses.push_back({use[0], use[1], {}});
  object.undefined = from["undefined"];
  object.isa = isa_level_needed(from["isa"]);
  return object;
}

json show(const Evaluation& evaluation) {
  const PolicySet& policies = evaluation.policies;
  json libraries = json::object();
  for (const ExternalLibrary& library : evaluation.external_libraries()) {
    libraries[library.soname] = library.path ? json(*library.path) : json();
  }
  json upgrades = json::object();
  for (const PolicyUpgrade& upgrade : policy_upgrades(evaluation)) {
    json entry = json::object();
    if (!upgrade.libraries.empty()) entry["libs_to_eliminate"] = upgrade.libraries;
    if (!upgrade.banned.empty()) entry["blacklisted_symbols"] = upgrade.banned;
    if (!entry.empty()) upgrades[evaluation.name(upgrade.policy)] = entry;
  }
  return {{"overall_tag", evaluation.name(evaluation.overall)},
          {"sym_tag", evaluation.name(evaluation.by_versions)},
          {"pyfpe", !evaluation.pyfpe_files.empty()},
          {"ucs2", !evaluation.ucs2_files.empty()},
          {"unsupported_isa", evaluation.by_isa == policies.linux_index()},
          {"versioned_symbols", evaluation.versioned_symbols()},
          {"external_libs", libraries},
          {"policy_upgrades", upgrades}};
}

json choose(const Evaluation& evaluation, const PlatformRequest& request, bool only_requested) {
  static const char* const kRefusals[] = {"symbols", "ucs2", "pyfpe", "blacklist", "isa"};
  TagChoice choice = choose_tags(evaluation, request, only_requested);
  json refusals = json::array();
  for (Refusal refusal : choice.refusals) refusals.push_back(kRefusals[static_cast<int>(refusal)]);
  return {{"policy", evaluation.name(choice.policy)},
          {"refusals", refusals},
          {"tags", choice.tags},
          {"replaced", choice.replaced}};
}

json evaluate_case(const json& from) {
  Requirements requirements;
  requirements.architecture = from["architecture"];
  requirements.libc = from["libc"] == "musl" ? Libc::kMusl : Libc::kGlibc;
  for (const json& object : from["objects"]) requirements.objects.push_back(read_object(object));
  requirements.ucs2_files = from["ucs2_files"];
  requirements.pyfpe_files = from["pyfpe_files"];
  PlatformRequest request = parse_platform(from["plat"].get<std::string>());
  Evaluation evaluation = evaluate(requirements, select_policies(requirements, request));
  return {{"show", show(evaluation)},
          {"repair", choose(evaluation, request, from["only_plat"].get<bool>())}};
}

}  // namespace

int main(int argc, char** argv) {
  std::string mode = argc == 2 ? argv[1] : "";
  try {
    if (mode == "tables") {
      std::cout << dump_tables().dump(1) << '\n';
      return 0;
    }
    if (mode == "evaluate") {
      json answers = json::array();
      for (const json& each : json::parse(std::cin)) answers.push_back(evaluate_case(each));
      std::cout << answers.dump() << '\n';
      return 0;
    }
  } catch (const std::exception& error) {
    std::cerr << "policy_dump: " << error.what() << '\n';
    return 1;
  }
  std::cerr << "usage: policy_dump tables|evaluate\n";
  return 2;
}
