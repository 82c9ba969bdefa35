// The platform policies a wheel can claim: manylinux_X_Y, musllinux_X_Y and plain linux; and what
// an Android wheel, which has its tag from the start, may leave outside.
//
// A policy promises that a wheel runs on every system of a certain age: it allows the symbol
// versions and libraries that those systems all have, and bans symbols that they can't be trusted
// with. Where the facts come from: docs/policies.md; governing text: PEP 600, PEP 656, PEP 738, and
// PEP 513/571/599 for the old names.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/elf/libc.h"

namespace elfwheel::policy {

// Index into PolicySet::policies(). 0 is the most compatible policy (the oldest systems); the last
// is always linux. So a smaller index is the better tag.
using PolicyIndex = size_t;

struct Policy {
  std::string name;                  // with the architecture, e.g. "manylinux_2_17_x86_64"
  std::vector<std::string> aliases;  // e.g. {"manylinux2014_x86_64"}; may be empty
  // The libc release it stands for, e.g. 2, 17; 0, 0 for linux. Of Android the API level and 0.
  int major = 0;
  int minor = 0;
};

// The policies that an architecture and a C library (kGlibc or kMusl) have, from the most
// compatible one on and without linux; empty for an architecture that no policy knows.
std::vector<Policy> list_policies(std::string_view architecture, elf::Libc libc);

// The architectures that some policy knows, in the spelling of platform tags.
const std::vector<std::string>& architectures();

// What a platform tag of Android says: android_24_arm64_v8a.
struct AndroidTag {
  std::string name;
  int api_level = 0;         // 21 or more, the first that Python supports (PEP 738)
  std::string architecture;  // as elf::wheel_architecture has it: "aarch64", "x86_64"
};

// Nothing for what is no tag of Android, or one that no policy knows: an older level, or another
// ABI than arm64_v8a and x86_64.
std::optional<AndroidTag> parse_android_tag(std::string_view tag);

// The policies of one architecture and C library, with their rules.
class PolicySet {
 public:
  // `architecture` as elf::wheel_architecture has it; one that no policy knows gives a set of linux
  // alone. kUnknown (a static program, a library that needs nothing) counts as glibc.
  // A musl wheel's content can't tell one musl release from another, so a musl set has one policy
  // beside linux: `musl_policy` ("musllinux_1_2", without the architecture).
  // Errors: kUsage for a `musl_policy` that there isn't.
  static PolicySet for_platform(std::string_view architecture, elf::Libc libc,
                                std::string_view musl_policy = kNewestMuslPolicy);
  static constexpr std::string_view kNewestMuslPolicy = "musllinux_1_2";
  // The tag itself, with the libraries of its API level, and linux.
  static PolicySet for_android(const AndroidTag& tag);

  // Never empty; order as PolicyIndex says.
  const std::vector<Policy>& policies() const { return policies_; }
  size_t size() const { return policies_.size(); }
  const Policy& operator[](PolicyIndex index) const { return policies_[index]; }
  const std::string& architecture() const { return architecture_; }
  elf::Libc libc() const { return libc_; }  // never kUnknown

  PolicyIndex linux_index() const { return policies_.size() - 1; }
  // The least demanding policy that is not linux; linux where there is no other.
  PolicyIndex newest() const { return policies_.size() > 1 ? policies_.size() - 2 : 0; }
  // By name or alias, both with the architecture; nothing when the set has none.
  std::optional<PolicyIndex> find(std::string_view name) const;

  // The most compatible policy whose systems have this symbol version ("GLIBC_2.17"); linux when
  // none has. A version whose family (the text before the first '_') no policy lists is no system
  // library's and passes everywhere: 0.
  PolicyIndex first_with_version(std::string_view version) const;
  // Whether wheels of that policy may leave `soname` outside. linux allows every library, all allow
  // the loader. Source of the latter: auditwheel, WheelPolicies.lddtree_external_references.
  bool allows_library(PolicyIndex index, std::string_view soname) const;
  // Whether that policy bans `symbol` when `library` is needed; linux bans nothing.
  bool bans_symbol(PolicyIndex index, std::string_view library, std::string_view symbol) const;

  // The rules written out, for comparison with other tools. versions: family -> versions without
  // the family ("GLIBC" -> "2.17").
  std::map<std::string, std::set<std::string>> versions(PolicyIndex index) const;
  std::set<std::string> libraries(PolicyIndex index) const;
  std::map<std::string, std::set<std::string>> banned_symbols(PolicyIndex index) const;

 private:
  PolicySet(std::string_view architecture, elf::Libc libc);
  void add_policies(std::string_view musl_policy);
  void add_linux();
  void add_versions();
  void add_libraries();
  void add_bans();
  PolicyIndex first_from(int major, int minor) const;

  std::string architecture_;
  elf::Libc libc_ = elf::Libc::kGlibc;
  std::vector<Policy> policies_;
  // The first policy that has the version or library; all after it have it too. Keys and symbols
  // view static tables.
  std::map<std::string_view, std::map<std::string_view, PolicyIndex>> versions_;
  std::map<std::string_view, PolicyIndex> libraries_;
  // library -> symbol -> the first policy that does not ban it.
  std::map<std::string_view, std::map<std::string_view, PolicyIndex>> bans_;
};

// True for the dynamic loader's own names (ld-linux*, ld64.so.1, ld64.so.2, ld-musl-*): always
// there, never copied into a wheel.
bool is_loader_name(std::string_view soname);

// True when some policy bans a symbol of this name from some library. Callers may drop every other
// undefined symbol from Requirements.
bool is_ever_banned(std::string_view symbol);

}  // namespace elfwheel::policy
