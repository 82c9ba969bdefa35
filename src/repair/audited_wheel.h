// An audit together with the bytes it was made from, which a repair goes on to use. Steps of the
// audit that have files of their own are declared here.
#pragma once

#include <memory>
#include <vector>

#include "elfwheel/repair/audit.h"
#include "repair/elf_members.h"
#include "repair/installed_view.h"
#include "repair/providers.h"

namespace elfwheel::repair {

// A library of the build machine, opened. `file` views `contents`.
struct OpenedLibrary {
  std::unique_ptr<FileContents> contents;
  elf::ElfFile file;
};

struct AuditedWheel {
  WheelAudit audit;
  ElfMembers elf;                         // elf.members[i] is audit.members[i]
  std::vector<OpenedLibrary> libraries;   // libraries[i] is audit.libraries[i]
  std::vector<OpenedProvision> provided;  // provided[i] is audit.provided[i]
  std::vector<InstalledPaths> layouts;    // distinct_layouts(), with the places of `provided`
};

// The places of the libraries that other distributions bring.
std::vector<std::string> provided_paths(const WheelAudit& audit);

// As audit_wheel(), keeping the bytes.
AuditedWheel audit_with_contents(const wheel::Wheel& wheel, const AuditOptions& options);

// Where the archive's root installs to once the wheel bears a platform tag: a repair takes "any"
// and Root-Is-Purelib off together.
bool root_is_purelib(const wheel::Wheel& wheel);

// Fills in the needs of all members, and the libraries they reach with theirs. `audited` has its
// members' facts and layouts. Names that `policies` leaves outside under each of its policies are
// not looked at.
void find_suppliers(const wheel::Wheel& wheel, const AuditOptions& options,
                    const policy::PolicySet& policies, AuditedWheel& audited);

// What the policies judge: objects in the order members, libraries.
policy::Requirements make_requirements(const AuditedWheel& audited, const AuditOptions& options);

// What one file asks of the system, as far as the file alone tells: versions, symbols that some
// policy bans, and, if `check_isa`, the ISA level. Libraries outside have no bans.
policy::Object describe_object(const elf::ElfFile& file, bool inside, bool check_isa);

ElfFacts read_elf_facts(const elf::ElfFile& file);

// True when the file defines the entry point of a Python extension of its name.
bool is_python_extension(const elf::ElfFile& file, std::string_view path);

}  // namespace elfwheel::repair
