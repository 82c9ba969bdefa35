// The policy tables, and the set of them that one architecture and C library select.
//
// Every rule is kept as "from which policy on": lists only grow as policies get newer (auditwheel
// checks its own for that, _validate_pep600_compliance) and bans only end.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "elfwheel/base/error.h"
#include "elfwheel/policy/policy.h"

namespace elfwheel::policy {
namespace {

using elf::Libc;
using enum elf::Libc;

struct PolicyRow {
  Libc libc;
  std::string_view prefix;
  int major, minor;
  std::string_view alias;
  std::string_view architectures;
};
constexpr PolicyRow kPolicies[] = {
#define POLICY(libc, prefix, major, minor, alias, architectures) \
  {libc, prefix, major, minor, alias, architectures},
#include "policy/policies.def"
#undef POLICY
};

struct VersionRow {
  std::string_view family;
  int major, minor;
  std::string_view architectures;
  std::string_view versions;
};
constexpr VersionRow kVersions[] = {
#define VERSIONS(family, major, minor, architectures, versions) \
  {#family, major, minor, architectures, versions},
#include "policy/version_ceilings.def"
#undef VERSIONS
};

struct LibraryRow {
  Libc libc;
  int major, minor;
  std::string_view names;
};
constexpr LibraryRow kLibraries[] = {
#define ALLOWED(libc, major, minor, names) {libc, major, minor, names},
#define MUSL_LIBC(architecture, soname)
#include "policy/library_allowlists.def"
#undef ALLOWED
#undef MUSL_LIBC
};

struct MuslLibcRow {
  std::string_view architecture;
  std::string_view soname;
};
constexpr MuslLibcRow kMuslLibcs[] = {
#define ALLOWED(libc, major, minor, names)
#define MUSL_LIBC(architecture, soname) {architecture, soname},
#include "policy/library_allowlists.def"
#undef ALLOWED
#undef MUSL_LIBC
};

struct BanRow {
  Libc libc;
  std::string_view library;
  int end_major, end_minor;
  std::string_view symbols;
};
constexpr BanRow kBans[] = {
#define BANNED(libc, library, major, minor, symbols) {libc, library, major, minor, symbols},
#include "policy/symbol_bans.def"
#undef BANNED
};

template <class Visit>
void for_each_word(std::string_view list, Visit visit) {
  while (!list.empty()) {
    size_t end = std::min(list.find(' '), list.size());
    if (end > 0) visit(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

bool has_word(std::string_view list, std::string_view word) {
  bool found = false;
  for_each_word(list, [&](std::string_view each) { found = found || each == word; });
  return found;
}

bool has_architecture(std::string_view list, std::string_view architecture) {
  return list == "all" || has_word(list, architecture);
}

std::string base_name(const PolicyRow& row) {
  return fmt::format("{}_{}_{}", row.prefix, row.major, row.minor);
}

std::string_view musl_libc_name(std::string_view architecture) {
  for (const MuslLibcRow& row : kMuslLibcs) {
    if (row.architecture == architecture) return row.soname;
  }
  return "libc.so";
}

}  // namespace

std::vector<Policy> list_policies(std::string_view architecture, Libc libc) {
  std::vector<Policy> policies;
  for (const PolicyRow& row : kPolicies) {
    if (row.libc != libc || !has_word(row.architectures, architecture)) continue;
    Policy policy;
    policy.name = fmt::format("{}_{}", base_name(row), architecture);
    if (!row.alias.empty()) policy.aliases.push_back(fmt::format("{}_{}", row.alias, architecture));
    policy.major = row.major;
    policy.minor = row.minor;
    policies.push_back(std::move(policy));
  }
  return policies;
}

const std::vector<std::string>& architectures() {
  static const std::vector<std::string> names = {
      "x86_64", "i686", "aarch64", "armv7l", "ppc64le", "ppc64", "s390x", "riscv64", "loongarch64"};
  return names;
}

// Source: PEP 738, "Platform tags" (packaging.python.org, "Android"); the ABIs that CPython's PEP
// supports, and auditwheel's policies have.
std::optional<AndroidTag> parse_android_tag(std::string_view tag) {
  constexpr std::string_view kPrefix = "android_";
  constexpr int kFirstLevel = 21;
  constexpr std::pair<std::string_view, std::string_view> kAbis[] = {{"_arm64_v8a", "aarch64"},
                                                                     {"_x86_64", "x86_64"}};
  if (!tag.starts_with(kPrefix)) return std::nullopt;
  AndroidTag parsed;
  parsed.name = tag;
  const std::string_view rest = tag.substr(kPrefix.size());
  const auto [end, failure] =
      std::from_chars(rest.data(), rest.data() + rest.size(), parsed.api_level);
  if (failure != std::errc() || parsed.api_level < kFirstLevel) return std::nullopt;
  for (const auto& [abi, architecture] : kAbis)
    if (rest.substr(static_cast<size_t>(end - rest.data())) == abi)
      parsed.architecture = architecture;
  if (parsed.architecture.empty()) return std::nullopt;
  return parsed;
}

PolicySet PolicySet::for_platform(std::string_view architecture, Libc libc,
                                  std::string_view musl_policy) {
  PolicySet set(architecture, libc == kMusl ? kMusl : kGlibc);
  set.add_policies(musl_policy);
  set.add_versions();
  set.add_libraries();
  set.add_bans();
  return set;
}

PolicySet PolicySet::for_android(const AndroidTag& tag) {
  PolicySet set(tag.architecture, kAndroid);
  Policy policy;
  policy.name = tag.name;
  policy.major = tag.api_level;
  set.policies_.push_back(std::move(policy));
  set.add_linux();
  set.add_libraries();
  return set;
}

PolicySet::PolicySet(std::string_view architecture, Libc libc)
    : architecture_(architecture), libc_(libc) {}

void PolicySet::add_policies(std::string_view musl_policy) {
  policies_ = list_policies(architecture_, libc_);
  if (libc_ == kMusl) {
    if (std::none_of(std::begin(kPolicies), std::end(kPolicies), [&](const PolicyRow& row) {
          return row.libc == kMusl && base_name(row) == musl_policy;
        })) {
      throw Error(ErrorCode::kUsage, fmt::format("no musl policy \"{}\"", musl_policy));
    }
    std::string name = fmt::format("{}_{}", musl_policy, architecture_);
    std::erase_if(policies_, [&](const Policy& policy) { return policy.name != name; });
  }
  add_linux();
}

void PolicySet::add_linux() {
  Policy plain;
  plain.name = fmt::format("linux_{}", architecture_);
  policies_.push_back(std::move(plain));
}

// The first policy of the set for this libc release or a newer one; linux when there is none.
PolicyIndex PolicySet::first_from(int major, int minor) const {
  PolicyIndex index = 0;
  while (index < linux_index() &&
         std::pair(policies_[index].major, policies_[index].minor) < std::pair(major, minor)) {
    ++index;
  }
  return index;
}

void PolicySet::add_versions() {
  if (libc_ != kGlibc || linux_index() == 0) return;
  for (const VersionRow& row : kVersions) {
    auto& family = versions_[row.family];
    if (!has_architecture(row.architectures, architecture_)) continue;
    PolicyIndex first = first_from(row.major, row.minor);
    for_each_word(row.versions, [&](std::string_view version) { family.emplace(version, first); });
  }
}

void PolicySet::add_libraries() {
  for (const LibraryRow& row : kLibraries) {
    if (row.libc != libc_) continue;
    PolicyIndex first = first_from(row.major, row.minor);
    for_each_word(row.names, [&](std::string_view name) {
      if (libc_ == kMusl && name == "libc.so") name = musl_libc_name(architecture_);
      libraries_.emplace(name, first);
    });
  }
}

void PolicySet::add_bans() {
  for (const BanRow& row : kBans) {
    if (row.libc != libc_) continue;
    PolicyIndex end = row.end_major == 0 ? linux_index() : first_from(row.end_major, row.end_minor);
    for_each_word(row.symbols,
                  [&](std::string_view symbol) { bans_[row.library].emplace(symbol, end); });
  }
}

std::optional<PolicyIndex> PolicySet::find(std::string_view name) const {
  for (PolicyIndex index = 0; index < size(); ++index) {
    const Policy& policy = policies_[index];
    if (policy.name == name ||
        std::find(policy.aliases.begin(), policy.aliases.end(), name) != policy.aliases.end()) {
      return index;
    }
  }
  return std::nullopt;
}

PolicyIndex PolicySet::first_with_version(std::string_view version) const {
  size_t underscore = version.find('_');
  auto family = versions_.find(version.substr(0, underscore));
  if (family == versions_.end()) return 0;
  if (underscore == std::string_view::npos) return linux_index();
  auto found = family->second.find(version.substr(underscore + 1));
  return found == family->second.end() ? linux_index() : found->second;
}

bool PolicySet::allows_library(PolicyIndex index, std::string_view soname) const {
  if (index == linux_index() || is_loader_name(soname)) return true;
  // musl's loader answers to this name itself, whatever the library's own (ldso/dynlink.c,
  // load_library); files linked by musl-gcc outside a musl system have it.
  if (libc_ == kMusl && soname == "libc.so") return true;
  auto found = libraries_.find(soname);
  return found != libraries_.end() && found->second <= index;
}

bool PolicySet::bans_symbol(PolicyIndex index, std::string_view library,
                            std::string_view symbol) const {
  auto symbols = bans_.find(library);
  if (symbols == bans_.end()) return false;
  auto found = symbols->second.find(symbol);
  return found != symbols->second.end() && index < found->second;
}

std::map<std::string, std::set<std::string>> PolicySet::versions(PolicyIndex index) const {
  std::map<std::string, std::set<std::string>> result;
  if (index == linux_index()) return result;
  for (const auto& [family, versions] : versions_) {
    std::set<std::string>& listed = result[std::string(family)];
    for (const auto& [version, first] : versions) {
      if (first <= index) listed.emplace(version);
    }
  }
  return result;
}

std::set<std::string> PolicySet::libraries(PolicyIndex index) const {
  std::set<std::string> result;
  if (index == linux_index()) return result;
  for (const auto& [name, first] : libraries_) {
    if (first <= index) result.emplace(name);
  }
  return result;
}

std::map<std::string, std::set<std::string>> PolicySet::banned_symbols(PolicyIndex index) const {
  std::map<std::string, std::set<std::string>> result;
  for (const auto& [library, symbols] : bans_) {
    for (const auto& [symbol, end] : symbols) {
      if (index < end) result[std::string(library)].emplace(symbol);
    }
  }
  return result;
}

bool is_loader_name(std::string_view soname) {
  return soname.starts_with("ld-linux") || soname.starts_with("ld-musl-") ||
         soname == "ld64.so.1" || soname == "ld64.so.2";
}

bool is_ever_banned(std::string_view symbol) {
  static const std::set<std::string_view> banned = [] {
    std::set<std::string_view> names;
    for (const BanRow& row : kBans) {
      for_each_word(row.symbols, [&](std::string_view name) { names.insert(name); });
    }
    return names;
  }();
  return banned.count(symbol) != 0;
}

}  // namespace elfwheel::policy
