// Platform tags by name: the target a user asks for, and the tags a wheel gets for it.
//
// Known here: names, aliases and auditwheel's choice among them. Not here: the rest of a wheel's
// tag and file name (wheel room).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/policy/evaluate.h"

namespace elfwheel::policy {

// A value of --plat.
struct PlatformRequest {
  bool automatic = true;     // "auto": the best tag the content allows
  std::string policy;        // else the policy's name, aliases resolved: "manylinux_2_17_x86_64",
                             // or a tag of Android, which only a wheel that has it can be given
  std::string architecture;  // "x86_64"
  elf::Libc libc = elf::Libc::kUnknown;
};

// Takes "auto", a policy's name or an alias, the last two with the architecture.
// Errors: kUsage with the names to choose from.
PlatformRequest parse_platform(std::string_view text);

// The policies to judge `requirements` by for that request: those of the files' architecture and
// libc, the request's libc where the files leave it open, and the musl policy that was asked for;
// for an Android wheel that of its tag.
PolicySet select_policies(const Requirements& requirements, const PlatformRequest& request);

// Why a package can't be given the tag that was asked for, first reason first.
enum class Refusal { kTooNewVersions, kUcs2, kPyfpe, kBannedSymbols, kIsa };

struct TagChoice {
  PolicyIndex policy = 0;             // what libraries are copied in for
  std::vector<Refusal> refusals;      // not empty: the wheel can't be repaired to that policy
  std::optional<PolicyIndex> better;  // content fits this more compatible policy as well
  // Platform tags in the order of WHEEL: better policy and aliases first, then the chosen ones.
  std::vector<std::string> tags;
  // The tag these take the place of, e.g. "linux_x86_64"; empty when linux itself is chosen. An
  // Android wheel keeps its tag: for it both are empty.
  std::string replaced;
};

// The tags of a repair. `auto` takes the best policy that a repair with as few copied libraries as
// possible can reach, and the newest one when only linux is left. With a named policy, a better one
// is claimed beside it if it asks for no more copied libraries, unless `only_requested`.
// Name and alias mean the same policy (auditwheel finds a better one for names only).
// Errors: kUsage when the request is for another architecture or libc than the evaluation's.
TagChoice choose_tags(const Evaluation& evaluation, const PlatformRequest& request,
                      bool only_requested);

// Platform parts of a wheel's file name once `choice` is made: `existing` less what is replaced and
// less "any", plus the new ones; sorted, none twice.
std::vector<std::string> file_name_platforms(const std::vector<std::string>& existing,
                                             const TagChoice& choice);

// How a platform tag that a wheel bears compares with what its content allows.
enum class TagSupport {
  kSupported,  // the content keeps the tag's promise
  kTooBroad,   // the tag promises older systems than the content runs on
  kUnknown,    // another architecture or libc, or no Linux tag
};
// `tag` may be any PEP 600 or PEP 656 tag, also one without a policy of its own
// (manylinux_2_30_x86_64: judged by the libc release), an alias, or linux_*.
TagSupport judge_tag(const Evaluation& evaluation, std::string_view tag);

}  // namespace elfwheel::policy
