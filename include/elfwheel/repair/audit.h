// What the ELF files of a wheel need and where that comes from: the wheel as it will be installed,
// on the machine that it was built on.
//
// Known here: needs, suppliers, requirements and the verdicts on them. Not here: what to do about
// it (plan.h). Nothing is executed and nothing is unpacked to disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "elfwheel/elf/libc.h"
#include "elfwheel/loader/link_map.h"
#include "elfwheel/policy/evaluate.h"
#include "elfwheel/policy/platform.h"
#include "elfwheel/repair/options.h"
#include "elfwheel/wheel/wheel.h"

namespace elfwheel::repair {

// Who answers to a DT_NEEDED name.
enum class SupplierKind {
  kMember,    // a file of this wheel: index into WheelAudit::members
  kOutside,   // a library outside: index into WheelAudit::libraries
  kSystem,    // the loader, or a name that every policy leaves outside; not looked at, but where
              // AuditOptions::bundles asks for it
  kProvided,  // a library of another distribution: index into WheelAudit::provided
  kExcluded,  // matches a pattern of AuditOptions::excludes
  kPython,    // libpython of a file that is no program: the interpreter has it loaded
  kMissing,   // nobody: see Need::searched
};

// One DT_NEEDED string of one file, or a name that it opens (AuditOptions::includes).
struct Need {
  std::string name;
  SupplierKind kind = SupplierKind::kMissing;
  size_t index = 0;  // kMember, kOutside, kProvided
  // How the loader came to it; kNotFound for a member that it does not find as things stand.
  loader::FoundBy found_by = loader::FoundBy::kNotFound;
  // kMissing: every directory that was searched, in order, each once. Directories of the wheel
  // begin with "<prefix>", the installed environment.
  std::vector<std::string> searched;
  // kMissing: what the loader would stop at, e.g. "/usr/lib/libx.so: file too short"; often empty.
  std::string problem;
  bool needed = true;    // it is a DT_NEEDED string
  bool opened = false;   // the file opens it by that name, which must stay
  bool bundled = false;  // it is to be copied in whatever the policy says (AuditOptions::bundles)
};

// The dynamic section of a file, as far as a repair touches it.
struct ElfFacts {
  std::optional<std::string> soname;
  std::optional<std::string> rpath;    // as written; nothing without DT_RPATH
  std::optional<std::string> runpath;  // likewise
  // Whoever loads it gets an executable stack (elf::needs_exec_stack).
  bool exec_stack = false;
  // Bytes of thread-local storage that have to be in the static TLS block (DF_STATIC_TLS).
  uint64_t static_tls = 0;
  // Which search path counts: DT_RUNPATH where there is one; "" without any.
  std::string search_path() const { return runpath ? *runpath : rpath.value_or(""); }
};

// An ELF file of the wheel that a loader could load.
struct AuditedMember {
  size_t entry = 0;  // index into Archive::entries()
  std::string path;  // as ArchiveEntry::path
  wheel::EntryPlace place;
  bool is_program = false;    // started by the kernel, not loaded as a library
  bool is_extension = false;  // defines PyInit_<name>, init<name> or _cffi_pypyinit_<name>
  ElfFacts facts;
  std::vector<Need> needs;  // in the order of DT_NEEDED, then what is opened; each name once
};

// A library of the build machine that members reach, directly or through others.
struct OutsideLibrary {
  std::string path;  // all symlinks resolved; unique
  uint64_t size = 0;
  uint32_t mode = 0;  // permission bits
  ElfFacts facts;
  std::vector<Need> needs;
  // The name of its copy, where AuditOptions::includes asks for it by path.
  std::optional<std::string> included_as;
};

// A library that another distribution brings (AuditOptions::depends_on).
struct ProvidedLibrary {
  std::string distribution;  // as written there
  std::string version;
  // Where it will be installed, written as an entry of a wheel: "X-1.0.data/purelib/x/libx.so".
  std::string path;
};

struct WheelAudit {
  std::string architecture;  // as elf::wheel_architecture; "" without ELF files
  elf::Libc libc = elf::Libc::kUnknown;
  std::vector<AuditedMember> members;     // in the order of the archive
  std::vector<OutsideLibrary> libraries;  // in the order in which they were met
  std::vector<ProvidedLibrary> provided;  // likewise; not followed
  policy::Requirements requirements;      // objects: the members, then the libraries
  // Nothing when there is no ELF file of a known architecture.
  std::optional<policy::Evaluation> evaluation;
  // Reasons that stand against any tag, each one line: no ELF file, ELF files in purelib, a name
  // that two files of the wheel answer to. Empty = a repair may go on.
  std::vector<std::string> refusals;
  // What a user should know, each one line: files that were passed over, and why.
  std::vector<std::string> notes;

  // No ELF file of any kind was found.
  bool pure = false;
};

// Audits `wheel`. ELF files are those with the magic number, whatever their names; they are
// inflated and held against RECORD, others are not inflated.
// Errors: kCorrupt "ENTRY: ..." for damaged or unreadable ELF files, kUsage for an unknown
// platform. A library that is missing is a result.
WheelAudit audit_wheel(const wheel::Wheel& wheel, const AuditOptions& options);

}  // namespace elfwheel::repair
