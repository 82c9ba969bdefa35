#include "repair/verify_tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "elfwheel/policy/platform.h"
#include "repair/verify_scene.h"

namespace elfwheel::repair {
namespace {

constexpr size_t kNamedVersions = 3;

Finding tag_error(std::string file, std::string message, std::string advice) {
  return {Severity::kError, Check::kTag, std::move(file), std::move(message), std::move(advice)};
}

std::set<std::string> texts(const std::vector<wheel::Tag>& tags) {
  std::set<std::string> result;
  for (const wheel::Tag& tag : tags) result.insert(wheel::tag_text(tag));
  return result;
}

std::string missing_from(const std::set<std::string>& some, const std::set<std::string>& others) {
  std::vector<std::string> missing;
  std::set_difference(some.begin(), some.end(), others.begin(), others.end(),
                      std::back_inserter(missing));
  return fmt::format("{}", fmt::join(missing, ", "));
}

void compare_tags(const wheel::Wheel& wheel, std::vector<Finding>& findings) {
  const std::set<std::string> in_name = texts(wheel.name.tags());
  const std::set<std::string> in_wheel = texts(wheel.wheel_fields.tags);
  const std::string file = wheel.dist_info + "/WHEEL";
  if (const std::string tags = missing_from(in_name, in_wheel); !tags.empty())
    findings.push_back(tag_error(file, "has not the file name's tag " + tags,
                                 "change both together, e.g. with elfwheel repair"));
  if (const std::string tags = missing_from(in_wheel, in_name); !tags.empty())
    findings.push_back(tag_error(file, "has the tag " + tags + ", which the file name has not",
                                 "change both together, e.g. with elfwheel repair"));
}

void compare_platforms(const wheel::Wheel& wheel, const WheelAudit& audit,
                       std::vector<Finding>& findings) {
  for (const std::string& platform : wheel.name.platforms) {
    if (platform == "any") {
      if (!audit.pure)
        findings.push_back(tag_error("", "the tag says any platform, but there are ELF files",
                                     "give it a platform tag: elfwheel repair does"));
    } else if (audit.members.empty() && !audit.pure) {
      for (const std::string& reason : audit.refusals)
        findings.push_back(tag_error("", fmt::format("the tag says {}: {}", platform, reason), ""));
    } else if ((platform.starts_with("musllinux") && audit.libc == elf::Libc::kGlibc) ||
               (platform.starts_with("manylinux") && audit.libc == elf::Libc::kMusl)) {
      findings.push_back(tag_error("",
                                   fmt::format("the tag says {}, the files are made for {}",
                                               platform, elf::libc_name(audit.libc)),
                                   ""));
    }
  }
}

// The broadest of the tags that promise too much; nothing when none does.
std::optional<std::string> find_too_broad(const std::vector<std::string>& platforms,
                                          const policy::Evaluation& evaluation) {
  std::optional<std::string> broadest;
  policy::PolicyIndex best = evaluation.policies.linux_index();
  for (const std::string& platform : platforms) {
    if (policy::judge_tag(evaluation, platform) != policy::TagSupport::kTooBroad) continue;
    const policy::PolicyIndex index = policy_of(evaluation.policies, platform);
    if (broadest && index >= best) continue;
    broadest = platform;
    best = index;
  }
  return broadest;
}

// What one file wants that the tag's systems have not.
struct Excess {
  std::vector<std::string> versions;
  policy::PolicyIndex best = 0;
};

class BroadTag {
 public:
  BroadTag(const policy::Evaluation& evaluation, const std::set<std::string>& files,
           std::string tag)
      : evaluation_(evaluation),
        files_(files),
        tag_(std::move(tag)),
        index_(policy_of(evaluation_.policies, tag_)),
        verdict_(evaluation_.verdicts[index_]) {}

  std::vector<Finding> explain() {
    explain_versions();
    for (const policy::BannedSymbol& banned : verdict_.banned)
      add(banned.file, fmt::format("uses {} of {}, which {} does not allow", banned.symbol,
                                   banned.library, tag_));
    for (const policy::IsaExcess& excess : verdict_.isa_excess)
      add(excess.file, fmt::format("needs {}, which {} does not promise",
                                   policy::isa_level_name(excess.level), tag_));
    for (const std::string& file : evaluation_.ucs2_files)
      add(file, fmt::format("is made for a narrow-unicode Python, which {} bars", tag_));
    for (const std::string& file : evaluation_.pyfpe_files)
      add(file, fmt::format("uses PyFPE_jbuf, which {} bars", tag_));
    return std::move(findings_);
  }

 private:
  void add(const std::string& file, std::string message) {
    // Libraries of this machine are no part of it: they are check_needs's matter.
    if (files_.contains(file))
      findings_.push_back(
          tag_error(file, std::move(message), "build it for older systems, or change the tag"));
  }

  void explain_versions() {
    std::map<std::string, Excess> by_file;
    for (const policy::TooNewVersion& use : verdict_.too_new) {
      Excess& excess = by_file[use.file];
      excess.versions.push_back(fmt::format("{} of {}", use.version, use.library));
      excess.best = std::max(excess.best, use.best);
    }
    for (const auto& [file, excess] : by_file) {
      const size_t shown = std::min(excess.versions.size(), kNamedVersions);
      std::string list =
          fmt::format("{}", fmt::join(excess.versions.begin(),
                                      excess.versions.begin() + static_cast<long>(shown), ", "));
      if (excess.versions.size() > shown)
        list += fmt::format(" and {} more", excess.versions.size() - shown);
      add(file, fmt::format("needs {}: {} promises too much, {} is the best tag", list, tag_,
                            evaluation_.name(excess.best)));
    }
  }

  const policy::Evaluation& evaluation_;
  const std::set<std::string>& files_;
  const std::string tag_;
  const policy::PolicyIndex index_;
  const policy::Verdict& verdict_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_tags(const wheel::Wheel& wheel, const WheelAudit& audit) {
  std::vector<Finding> findings;
  compare_tags(wheel, findings);
  compare_platforms(wheel, audit, findings);
  if (!audit.evaluation) return findings;
  std::set<std::string> files;
  for (const AuditedMember& member : audit.members) files.insert(member.path);
  for (Finding& finding : check_content(wheel.name.platforms, *audit.evaluation, files))
    findings.push_back(std::move(finding));
  return findings;
}

std::vector<Finding> check_content(const std::vector<std::string>& platforms,
                                   const policy::Evaluation& evaluation,
                                   const std::set<std::string>& files) {
  const auto tag = find_too_broad(platforms, evaluation);
  if (!tag) return {};
  return BroadTag(evaluation, files, *tag).explain();
}

}  // namespace elfwheel::repair
