// Platform tags by name. The choice follows auditwheel's main_repair.execute and the graft rule of
// wheel_abi.analyze_wheel_abi, with aliases resolved first so that they count like names.
#include "elfwheel/policy/platform.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "elfwheel/base/error.h"

namespace elfwheel::policy {
namespace {

// "manylinux_2_17_x86_64" -> "x86_64"; empty when the tag ends in no known architecture.
std::string architecture_of(std::string_view tag) {
  for (const std::string& architecture : architectures()) {
    if (tag.ends_with("_" + architecture)) return architecture;
  }
  return "";
}

std::string_view without_architecture(std::string_view tag, std::string_view architecture) {
  return tag.substr(0, tag.size() - architecture.size() - 1);
}

bool answers_to(const Policy& policy, std::string_view name) {
  return policy.name == name ||
         std::find(policy.aliases.begin(), policy.aliases.end(), name) != policy.aliases.end();
}

std::string choices_for(std::string_view architecture) {
  std::string text;
  for (elf::Libc libc : {elf::Libc::kGlibc, elf::Libc::kMusl}) {
    for (const Policy& policy : list_policies(architecture, libc)) {
      text += policy.name + ", ";
      for (const std::string& alias : policy.aliases) text += alias + ", ";
    }
  }
  return text + "auto";
}

[[noreturn]] void refuse_platform(std::string_view text) {
  std::string architecture = architecture_of(text);
  if (!architecture.empty()) {
    throw Error(ErrorCode::kUsage, fmt::format("unknown platform \"{}\": choose one of {}", text,
                                               choices_for(architecture)));
  }
  // The same in full exists for at least one architecture.
  for (const std::string& each : architectures()) {
    std::string full = fmt::format("{}_{}", text, each);
    for (elf::Libc libc : {elf::Libc::kGlibc, elf::Libc::kMusl}) {
      for (const Policy& policy : list_policies(each, libc)) {
        if (!answers_to(policy, full)) continue;
        throw Error(ErrorCode::kUsage,
                    fmt::format("platform \"{}\" lacks the architecture: write for example \"{}\"",
                                text, full));
      }
    }
  }
  throw Error(ErrorCode::kUsage,
              fmt::format("unknown platform \"{}\": write \"auto\" or a policy and architecture, "
                          "for example \"manylinux_2_28_x86_64\"",
                          text));
}

// The libc release a tag stands for.
struct Claim {
  elf::Libc libc = elf::Libc::kUnknown;
  int major = 0;
  int minor = 0;
};

bool parse_number(std::string_view& text, int& number) {
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || number < 0) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

// `base` is a tag without its architecture. Source: PEP 600, PEP 656.
std::optional<Claim> find_claim(std::string_view base) {
  if (base == "manylinux1") return Claim{elf::Libc::kGlibc, 2, 5};
  if (base == "manylinux2010") return Claim{elf::Libc::kGlibc, 2, 12};
  if (base == "manylinux2014") return Claim{elf::Libc::kGlibc, 2, 17};
  Claim claim;
  constexpr std::string_view kManylinux = "manylinux_";
  constexpr std::string_view kMusllinux = "musllinux_";
  if (base.starts_with(kManylinux)) {
    claim.libc = elf::Libc::kGlibc;
    base.remove_prefix(kManylinux.size());
  } else if (base.starts_with(kMusllinux)) {
    claim.libc = elf::Libc::kMusl;
    base.remove_prefix(kMusllinux.size());
  } else {
    return std::nullopt;
  }
  if (!parse_number(base, claim.major) || !base.starts_with('_')) return std::nullopt;
  base.remove_prefix(1);
  if (!parse_number(base, claim.minor) || !base.empty()) return std::nullopt;
  return claim;
}

std::pair<int, int> release(const Policy& policy) { return {policy.major, policy.minor}; }

void append_names(const Policy& policy, std::vector<std::string>& tags) {
  tags.push_back(policy.name);
  tags.insert(tags.end(), policy.aliases.begin(), policy.aliases.end());
}

// The most compatible policy that a repair reaches with no more than `limit` copied libraries.
PolicyIndex best_with_copies(const Evaluation& evaluation, size_t limit) {
  for (const Verdict& verdict : evaluation.verdicts) {
    if (verdict.repairable && verdict.externals.size() <= limit) return verdict.policy;
  }
  return evaluation.policies.linux_index();
}

size_t fewest_copies(const Evaluation& evaluation) {
  size_t fewest = evaluation.verdicts.front().externals.size();
  for (PolicyIndex index = 0; index < evaluation.policies.linux_index(); ++index) {
    fewest = std::min(fewest, evaluation.verdicts[index].externals.size());
  }
  return fewest;
}

PolicyIndex requested_policy(const Evaluation& evaluation, const PlatformRequest& request) {
  const PolicySet& policies = evaluation.policies;
  if (request.architecture != policies.architecture()) {
    throw Error(ErrorCode::kUsage, fmt::format("can't repair {} files to {}",
                                               policies.architecture(), request.policy));
  }
  if (request.libc != policies.libc()) {
    throw Error(ErrorCode::kUsage, fmt::format("can't repair files made for {} to {}",
                                               elf::libc_name(policies.libc()), request.policy));
  }
  std::optional<PolicyIndex> found = policies.find(request.policy);
  if (!found) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{} is none of the policies the files were judged by", request.policy));
  }
  return *found;
}

std::vector<Refusal> find_refusals(const Evaluation& evaluation, PolicyIndex policy) {
  const Verdict& verdict = evaluation.verdicts[policy];
  std::vector<Refusal> refusals;
  if (policy == evaluation.policies.linux_index()) return refusals;
  if (!verdict.too_new.empty()) refusals.push_back(Refusal::kTooNewVersions);
  if (!evaluation.ucs2_files.empty()) refusals.push_back(Refusal::kUcs2);
  if (!evaluation.pyfpe_files.empty()) refusals.push_back(Refusal::kPyfpe);
  if (!verdict.banned.empty()) refusals.push_back(Refusal::kBannedSymbols);
  if (!verdict.isa_excess.empty()) refusals.push_back(Refusal::kIsa);
  return refusals;
}

}  // namespace

PlatformRequest parse_platform(std::string_view text) {
  PlatformRequest request;
  if (text == "auto") return request;
  request.automatic = false;
  if (const auto android = parse_android_tag(text)) {
    request.policy = android->name;
    request.architecture = android->architecture;
    request.libc = elf::Libc::kAndroid;
    return request;
  }
  request.architecture = architecture_of(text);
  for (elf::Libc libc : {elf::Libc::kGlibc, elf::Libc::kMusl}) {
    for (const Policy& policy : list_policies(request.architecture, libc)) {
      if (!answers_to(policy, text)) continue;
      request.policy = policy.name;
      request.libc = libc;
      return request;
    }
  }
  refuse_platform(text);
}

PolicySet select_policies(const Requirements& requirements, const PlatformRequest& request) {
  if (requirements.android) return PolicySet::for_android(*requirements.android);
  elf::Libc libc = requirements.libc == elf::Libc::kUnknown ? request.libc : requirements.libc;
  if (request.libc != elf::Libc::kMusl)
    return PolicySet::for_platform(requirements.architecture, libc);
  return PolicySet::for_platform(requirements.architecture, libc,
                                 without_architecture(request.policy, request.architecture));
}

TagChoice choose_tags(const Evaluation& evaluation, const PlatformRequest& request,
                      bool only_requested) {
  const PolicySet& policies = evaluation.policies;
  TagChoice choice;
  if (request.automatic) {
    choice.policy = best_with_copies(evaluation, fewest_copies(evaluation));
    if (choice.policy == policies.linux_index()) choice.policy = policies.newest();
  } else {
    choice.policy = requested_policy(evaluation, request);
    PolicyIndex best =
        best_with_copies(evaluation, evaluation.verdicts[choice.policy].externals.size());
    if (best < choice.policy && !only_requested) choice.better = best;
  }
  choice.refusals = find_refusals(evaluation, choice.policy);
  if (policies.libc() == elf::Libc::kAndroid) return choice;
  if (choice.better) append_names(policies[*choice.better], choice.tags);
  append_names(policies[choice.policy], choice.tags);
  if (choice.policy != policies.linux_index()) {
    choice.replaced = policies[policies.linux_index()].name;
  }
  return choice;
}

std::vector<std::string> file_name_platforms(const std::vector<std::string>& existing,
                                             const TagChoice& choice) {
  std::set<std::string> platforms(existing.begin(), existing.end());
  platforms.erase(choice.replaced);
  platforms.insert(choice.tags.begin(), choice.tags.end());
  platforms.erase("any");
  return {platforms.begin(), platforms.end()};
}

TagSupport judge_tag(const Evaluation& evaluation, std::string_view tag) {
  const PolicySet& policies = evaluation.policies;
  if (tag.size() <= policies.architecture().size() ||
      !tag.ends_with("_" + policies.architecture())) {
    return TagSupport::kUnknown;
  }
  std::string_view base = without_architecture(tag, policies.architecture());
  if (base == "linux") return TagSupport::kSupported;
  std::optional<Claim> claim = find_claim(base);
  if (!claim || claim->libc != policies.libc()) return TagSupport::kUnknown;
  std::pair<int, int> claimed(claim->major, claim->minor);
  if (evaluation.overall == policies.linux_index()) {
    // A release newer than every table may have the versions that these have not.
    const Verdict& newest = evaluation.verdicts[policies.newest()];
    bool only_versions = newest.externals.empty() && newest.banned.empty() &&
                         newest.isa_excess.empty() && evaluation.ucs2_files.empty() &&
                         evaluation.pyfpe_files.empty();
    bool newer_than_known = claimed > release(policies[policies.newest()]);
    return only_versions && newer_than_known ? TagSupport::kUnknown : TagSupport::kTooBroad;
  }
  // Which musl release the content needs can't be seen; PEP 656 begins with 1.1.
  std::pair<int, int> needed =
      policies.libc() == elf::Libc::kMusl ? std::pair(1, 1) : release(policies[evaluation.overall]);
  return claimed < needed ? TagSupport::kTooBroad : TagSupport::kSupported;
}

}  // namespace elfwheel::policy
