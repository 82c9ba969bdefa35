// What a repair is going to do to a wheel, and why: a value that can be printed, kept or applied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "elfwheel/elf/edit.h"
#include "elfwheel/policy/platform.h"
#include "elfwheel/repair/audit.h"
#include "elfwheel/repair/options.h"
#include "elfwheel/repair/package.h"
#include "elfwheel/wheel/wheel.h"

namespace elfwheel::repair {

// Symbols and debugging information go from a file before it is edited (RepairOptions::strip).
struct StripStep {
  uint64_t bytes = 0;  // of the sections that go
  std::string
      debug_file;  // where they are kept, below RepairOptions::debug_directory; "" = nowhere
  bool needs_link = false;  // .gnu_debuglink: no build id leads to debug_file
};

// A library of the build machine is copied into the wheel: under a name of its own, or under the
// one it is needed by (RepairOptions::kept_names).
struct GraftStep {
  size_t library = 0;              // index into WheelAudit::libraries
  std::vector<size_t> libraries;   // it, and others of the same content, ascending
  std::string source;              // its real path
  std::string sha256;              // of its bytes, lower-case hexadecimal
  std::vector<std::string> names;  // DT_NEEDED strings that it stands for, sorted
  std::string name;                // new file name and SONAME: "libcudart-80664282.so.10.2.89"
  bool keeps_name = false;         // `name` is no new one, and SONAME is what it was
  std::string path;                // in the archive: "CyFES.libs/libcudart-80664282.so.10.2.89"
  uint64_t size = 0;               // bytes of the source
  uint32_t mode = 0;               // st_mode in the archive
  std::vector<std::string> users;  // members' paths and grafts' new names, sorted
  elf::Edits edits;
  std::string old_rpath;  // the search path that counts, as written
  std::string new_rpath;  // "" = none
  std::string reason;     // one line
  std::optional<StripStep> strip = {};
  // Whose the source is on the build machine; nothing = no package's. Not plan_repair()'s matter.
  std::optional<Package> package = {};
};

// A file of the wheel is stripped or edited, or gets another mode.
struct PatchStep {
  size_t entry = 0;  // index into Archive::entries()
  std::string path;
  elf::Edits edits;
  std::string old_rpath;
  std::string new_rpath;
  std::vector<std::string> reasons;  // one line each, at least one unless it is stripped alone
  std::optional<StripStep> strip = {};
  std::optional<uint32_t> mode = {};  // st_mode in the archive, where it changes
};

// A library of another distribution is used where that installs it.
struct ProvidedStep {
  std::string name;                // DT_NEEDED string, and file name
  std::string distribution;        // as written there
  std::string version;             // of what was looked at
  std::string path;                // as ProvidedLibrary::path
  std::vector<std::string> users;  // members' paths and grafts' new names, sorted
};

// A library stays where it is: the policy counts on each system having it.
struct OutsideStep {
  std::string name;                // DT_NEEDED string
  std::vector<std::string> users;  // members' paths and paths of copied libraries, sorted
};

// File name and WHEEL get the platform tags that the content allows.
struct TagStep {
  std::string policy;  // what libraries are copied in for: "manylinux_2_17_x86_64"
  std::string old_file_name;
  std::string new_file_name;
  wheel::PlatformChange change;       // empty when tags are not to be updated
  std::vector<std::string> old_tags;  // of WHEEL: "cp311-cp311-linux_x86_64"
  std::vector<std::string> new_tags;  // of WHEEL afterwards
  bool changes_wheel_file = false;
};

struct RepairPlan {
  std::string library_directory;          // "CyFES.libs"; made only when there are grafts
  std::vector<GraftStep> grafts;          // sorted by name
  std::vector<PatchStep> patches;         // in the order of the archive
  std::vector<ProvidedStep> provided;     // in the order of WheelAudit::provided; those with users
  std::vector<OutsideStep> left_outside;  // sorted by name; without libc
  TagStep tags;
  std::string sbom_path;             // in the archive; "" when there are no grafts
  std::vector<std::string> dropped;  // entries that are left out: RECORD's signatures
  std::vector<std::string> notes;    // what is left behind on purpose, one line each
  bool empty() const {
    return grafts.empty() && patches.empty() && dropped.empty() && !tags.changes_wheel_file &&
           tags.old_file_name == tags.new_file_name;
  }
};

// Why the wheel can't be repaired to `choice`: one line each, naming file, symbol and the best tag
// it allows, or the library that is missing and where it was looked for. Empty = it can.
std::vector<std::string> find_refusals(const WheelAudit& audit, const policy::TagChoice& choice);

// What strip would take of one file.
struct Strippable {
  uint64_t bytes = 0;
  std::string build_id;  // lower-case hexadecimal; "" without one
  std::string refusal;   // why it can't be stripped, or ""
};

// What a plan has to know of the files' content.
struct Examined {
  // SHA-256 (lower-case hexadecimal) of each of audit.libraries, "" for those that the policy
  // leaves outside (libraries_to_graft).
  std::vector<std::string> digests;
  // Of audit.members and audit.libraries; empty unless RepairOptions::strip.
  std::vector<Strippable> members;
  std::vector<Strippable> libraries;
};

// Plans the repair of an audited wheel to `choice`. Pure. Errors: kUnsupported for a plan that
// can't be carried out, e.g. a file of the wheel that stands where a copied library belongs; the
// message names it.
RepairPlan plan_repair(const wheel::Wheel& wheel, const WheelAudit& audit,
                       const policy::TagChoice& choice, const Examined& examined,
                       const RepairOptions& options);

// What users should know of files of the wheel and of libraries that are copied in for `policy`,
// one line each: executable stacks, unless a repair takes them away, and how much static TLS they
// need together.
std::vector<std::string> content_notes(const WheelAudit& audit, policy::PolicyIndex policy,
                                       bool clears_exec_stack);

// Indices into audit.libraries of what has to be copied in for that policy, ascending.
std::vector<size_t> libraries_to_graft(const WheelAudit& audit, policy::PolicyIndex policy);

}  // namespace elfwheel::repair
