// Holds requirements against a set of policies: a verdict for each, and the tags that follow.
//
// The rules are auditwheel's (wheel_abi.analyze_wheel_abi), so that both name the same tag; what is
// added is who is to blame: file, symbol, version and the best tag that they allow.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "elfwheel/policy/policy.h"
#include "elfwheel/policy/requirements.h"

namespace elfwheel::policy {

// A symbol version that the policy's oldest systems don't have.
struct TooNewVersion {
  std::string file;  // Object::name
  std::string library;
  std::string version;
  std::vector<std::string> symbols;  // as in VersionUse
  PolicyIndex best = 0;              // the most compatible policy that has it, or linux
};

// A needed library that is neither inside nor allowed outside.
struct ExternalLibrary {
  std::string soname;               // as in DT_NEEDED
  std::optional<std::string> path;  // Object::name; nothing when it was not found
  std::optional<ObjectIndex> object;
  std::vector<std::string> users;  // names of the objects that need it, sorted
};

struct BannedSymbol {
  std::string file;
  std::string library;
  std::string symbol;
};

struct IsaExcess {
  std::string file;
  IsaLevel level = IsaLevel::kBaseline;
};

// How the requirements fare under one policy. Versions and ISA levels of the libraries that the
// policy wants copied in count as the package's own, since a repair brings them in.
struct Verdict {
  PolicyIndex policy = 0;
  std::vector<TooNewVersion> too_new;      // by file, library, version
  std::vector<BannedSymbol> banned;        // by library, symbol, file
  std::vector<IsaExcess> isa_excess;       // by file
  std::vector<ExternalLibrary> externals;  // by soname, then path
  // library -> versions wanted of it, those of `externals` included, loaders left out.
  std::map<std::string, std::set<std::string>> versions;

  // Whether a repair could give the package this tag: nothing but externals stands against it. For
  // linux always true. ucs2 and pyfpe count too: see Evaluation.
  bool repairable = false;
  // Whether the package can claim it as it is.
  bool allowed() const { return repairable && externals.empty(); }
};

struct Evaluation {
  PolicySet policies;
  std::vector<Verdict> verdicts;  // one for each policy, same order

  // The best policy as the package is, and the best one each rule alone would leave; linux where
  // nothing else is.
  PolicyIndex overall = 0;               // first allowed()
  PolicyIndex by_versions = 0;           // first with no too_new
  PolicyIndex by_bans = 0;               // first with no banned
  PolicyIndex by_isa = 0;                // first with no isa_excess
  PolicyIndex by_externals = 0;          // first with no externals
  std::vector<std::string> ucs2_files;   // not empty: only linux is possible
  std::vector<std::string> pyfpe_files;  // likewise

  const std::string& name(PolicyIndex index) const { return policies[index].name; }
  // The versions that `by_versions` was found with (auditwheel's "versioned_symbols"): those under
  // that policy, or under the newest one when it is linux.
  const std::map<std::string, std::set<std::string>>& versioned_symbols() const;
  // Libraries outside under the most compatible policy (auditwheel's "external_libs").
  const std::vector<ExternalLibrary>& external_libraries() const;
};

// What has to go before a better tag is possible (auditwheel's "policy_upgrades").
struct PolicyUpgrade {
  PolicyIndex policy = 0;
  std::set<std::string> libraries;                      // sonames to eliminate
  std::map<std::string, std::set<std::string>> banned;  // library -> symbols
  std::vector<TooNewVersion> too_new;                   // not in auditwheel's
  std::vector<IsaExcess> isa_excess;                    // not in auditwheel's
};

// Judges `requirements` under each policy of `policies`. Pure; the cost is objects x policies.
Evaluation evaluate(const Requirements& requirements, PolicySet policies);
// The same under PolicySet::for_platform of the requirements' own architecture and libc.
Evaluation evaluate(const Requirements& requirements);

// For each policy better than `overall`, from the nearest to the most compatible, what stands
// against it. ucs2 and pyfpe, which bar all of them alike, are not repeated here.
std::vector<PolicyUpgrade> policy_upgrades(const Evaluation& evaluation);

}  // namespace elfwheel::policy
