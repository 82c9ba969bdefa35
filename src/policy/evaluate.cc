// The evaluation: reach the outside libraries under each policy, then hold versions, bans and ISA
// levels of what the package would then consist of against it.
#include "elfwheel/policy/evaluate.h"

#include <algorithm>
#include <tuple>

namespace elfwheel::policy {
namespace {

// Whether an object is reached from `from` along needs of any kind, marked in `reached`.
void mark_reached(const std::vector<Object>& objects, ObjectIndex from,
                  std::vector<bool>& reached) {
  std::vector<ObjectIndex> pending = {from};
  reached[from] = true;
  while (!pending.empty()) {
    ObjectIndex index = pending.back();
    pending.pop_back();
    for (const Need& need : objects[index].needed) {
      if (!need.object || reached[*need.object]) continue;
      reached[*need.object] = true;
      pending.push_back(*need.object);
    }
  }
}

std::vector<ObjectIndex> find_roots(const std::vector<Object>& objects) {
  std::vector<bool> is_root(objects.size());
  std::vector<bool> reached(objects.size());
  for (ObjectIndex index = 0; index < objects.size(); ++index) {
    if (!objects[index].inside || !objects[index].root) continue;
    is_root[index] = true;
    if (!reached[index]) mark_reached(objects, index, reached);
  }
  for (ObjectIndex index = 0; index < objects.size(); ++index) {
    if (!objects[index].inside || reached[index]) continue;
    is_root[index] = true;
    mark_reached(objects, index, reached);
  }
  std::vector<ObjectIndex> roots;
  for (ObjectIndex index = 0; index < objects.size(); ++index) {
    if (is_root[index]) roots.push_back(index);
  }
  return roots;
}

// The outside libraries that `policy` wants copied in: those its list does not allow, those that
// are wanted, and what these need in turn. An allowed name is not followed, whether it leads inside
// or outside.
std::vector<ExternalLibrary> find_externals(const std::vector<Object>& objects,
                                            const std::vector<ObjectIndex>& roots,
                                            const PolicySet& policies, PolicyIndex policy) {
  // In the order of ExternalLibrary; the object is no part of what tells two entries apart.
  std::map<std::pair<std::string, std::optional<std::string>>, ExternalLibrary> found;
  std::vector<bool> visited(objects.size());
  std::vector<ObjectIndex> pending = roots;
  for (ObjectIndex root : roots) visited[root] = true;
  for (ObjectIndex index = 0; index < objects.size(); ++index) {
    const Object& object = objects[index];
    if (!object.wanted || object.inside) continue;
    visited[index] = true;
    pending.push_back(index);
    found[{object.name, object.name}] = {object.name, object.name, index, {}};
  }
  while (!pending.empty()) {
    const Object& user = objects[pending.back()];
    pending.pop_back();
    for (const Need& need : user.needed) {
      if (!need.wanted && policies.allows_library(policy, need.name)) continue;
      if (need.object && !visited[*need.object]) {
        visited[*need.object] = true;
        pending.push_back(*need.object);
      }
      if (need.object && objects[*need.object].inside) continue;
      std::optional<std::string> path;
      if (need.object) path = objects[*need.object].name;
      ExternalLibrary& library = found[{need.name, path}];
      library.soname = need.name;
      library.path = path;
      library.object = need.object;
      library.users.push_back(user.name);
    }
  }
  std::vector<ExternalLibrary> externals;
  for (auto& [key, library] : found) {
    std::sort(library.users.begin(), library.users.end());
    library.users.erase(std::unique(library.users.begin(), library.users.end()),
                        library.users.end());
    externals.push_back(std::move(library));
  }
  return externals;
}

class Judge {
 public:
  Judge(const Requirements& requirements, const PolicySet& policies)
      : requirements_(requirements),
        policies_(policies),
        roots_(find_roots(requirements.objects)) {}

  Verdict judge(PolicyIndex policy) const {
    Verdict verdict;
    verdict.policy = policy;
    verdict.externals = find_externals(requirements_.objects, roots_, policies_, policy);
    std::vector<ObjectIndex> copied = copied_objects(verdict);
    add_versions(copied, verdict);
    add_isa(copied, verdict);
    add_bans(verdict);
    bool python_fits = requirements_.ucs2_files.empty() && requirements_.pyfpe_files.empty();
    verdict.repairable =
        policy == policies_.linux_index() || (python_fits && verdict.too_new.empty() &&
                                              verdict.banned.empty() && verdict.isa_excess.empty());
    return verdict;
  }

 private:
  // Each external object once, although several names may lead to it.
  static std::vector<ObjectIndex> copied_objects(const Verdict& verdict) {
    std::set<ObjectIndex> copied;
    for (const ExternalLibrary& library : verdict.externals) {
      if (library.object) copied.insert(*library.object);
    }
    return {copied.begin(), copied.end()};
  }

  void add_versions(const std::vector<ObjectIndex>& copied, Verdict& verdict) const {
    for (const Object& object : requirements_.objects) {
      if (object.inside) add_versions_of(object, verdict);
    }
    for (ObjectIndex index : copied) add_versions_of(requirements_.objects[index], verdict);
    std::stable_sort(verdict.too_new.begin(), verdict.too_new.end(),
                     [](const TooNewVersion& a, const TooNewVersion& b) {
                       return std::tie(a.file, a.library, a.version) <
                              std::tie(b.file, b.library, b.version);
                     });
  }

  void add_versions_of(const Object& object, Verdict& verdict) const {
    for (const VersionUse& use : object.version_uses) {
      if (is_loader_name(use.library)) continue;
      verdict.versions[use.library].insert(use.version);
      PolicyIndex best = policies_.first_with_version(use.version);
      if (best <= verdict.policy) continue;
      verdict.too_new.push_back({object.name, use.library, use.version, use.symbols, best});
    }
  }

  void add_isa(const std::vector<ObjectIndex>& copied, Verdict& verdict) const {
    if (verdict.policy == policies_.linux_index()) return;
    std::map<std::string, IsaLevel> files;
    auto look_at = [&](ObjectIndex index) {
      const Object& object = requirements_.objects[index];
      if (object.isa != IsaLevel::kBaseline) files.emplace(object.name, object.isa);
    };
    std::for_each(roots_.begin(), roots_.end(), look_at);
    std::for_each(copied.begin(), copied.end(), look_at);
    for (const auto& [file, level] : files) verdict.isa_excess.push_back({file, level});
  }

  void add_bans(Verdict& verdict) const {
    for (ObjectIndex root : roots_) {
      const Object& object = requirements_.objects[root];
      for (const Need& need : object.needed) {
        for (const std::string& symbol : object.undefined) {
          if (policies_.bans_symbol(verdict.policy, need.name, symbol)) {
            verdict.banned.push_back({object.name, need.name, symbol});
          }
        }
      }
    }
    std::sort(verdict.banned.begin(), verdict.banned.end(),
              [](const BannedSymbol& a, const BannedSymbol& b) {
                return std::tie(a.library, a.symbol, a.file) <
                       std::tie(b.library, b.symbol, b.file);
              });
    auto same = [](const BannedSymbol& a, const BannedSymbol& b) {
      return std::tie(a.library, a.symbol, a.file) == std::tie(b.library, b.symbol, b.file);
    };
    // A file may name a library twice in DT_NEEDED.
    verdict.banned.erase(std::unique(verdict.banned.begin(), verdict.banned.end(), same),
                         verdict.banned.end());
  }

  const Requirements& requirements_;
  const PolicySet& policies_;
  std::vector<ObjectIndex> roots_;
};

// The most compatible policy whose verdict passes `fits`; linux's always does.
template <class Fits>
PolicyIndex first_fitting(const std::vector<Verdict>& verdicts, Fits fits) {
  for (const Verdict& verdict : verdicts) {
    if (fits(verdict)) return verdict.policy;
  }
  return verdicts.size() - 1;
}

}  // namespace

Evaluation evaluate(const Requirements& requirements, PolicySet policies) {
  std::vector<Verdict> verdicts;
  Judge judge(requirements, policies);
  for (PolicyIndex policy = 0; policy < policies.size(); ++policy) {
    verdicts.push_back(judge.judge(policy));
  }
  Evaluation result{.policies = policies,
                    .verdicts = std::move(verdicts),
                    .ucs2_files = requirements.ucs2_files,
                    .pyfpe_files = requirements.pyfpe_files};
  result.overall = first_fitting(result.verdicts, [](const Verdict& v) { return v.allowed(); });
  result.by_versions =
      first_fitting(result.verdicts, [](const Verdict& v) { return v.too_new.empty(); });
  result.by_bans =
      first_fitting(result.verdicts, [](const Verdict& v) { return v.banned.empty(); });
  result.by_isa =
      first_fitting(result.verdicts, [](const Verdict& v) { return v.isa_excess.empty(); });
  result.by_externals =
      first_fitting(result.verdicts, [](const Verdict& v) { return v.externals.empty(); });
  return result;
}

Evaluation evaluate(const Requirements& requirements) {
  return evaluate(requirements,
                  requirements.android
                      ? PolicySet::for_android(*requirements.android)
                      : PolicySet::for_platform(requirements.architecture, requirements.libc));
}

const std::map<std::string, std::set<std::string>>& Evaluation::versioned_symbols() const {
  PolicyIndex index = by_versions == policies.linux_index() ? policies.newest() : by_versions;
  return verdicts[index].versions;
}

const std::vector<ExternalLibrary>& Evaluation::external_libraries() const {
  return verdicts.front().externals;
}

std::vector<PolicyUpgrade> policy_upgrades(const Evaluation& evaluation) {
  std::vector<PolicyUpgrade> upgrades;
  for (PolicyIndex index = evaluation.overall; index-- > 0;) {
    const Verdict& verdict = evaluation.verdicts[index];
    PolicyUpgrade upgrade;
    upgrade.policy = index;
    for (const ExternalLibrary& library : verdict.externals) {
      upgrade.libraries.insert(library.soname);
    }
    for (const BannedSymbol& ban : verdict.banned) upgrade.banned[ban.library].insert(ban.symbol);
    upgrade.too_new = verdict.too_new;
    upgrade.isa_excess = verdict.isa_excess;
    if (!verdict.allowed()) upgrades.push_back(std::move(upgrade));
  }
  return upgrades;
}

}  // namespace elfwheel::policy
