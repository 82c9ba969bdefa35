// The audit's story: members, their suppliers, requirements, verdicts.
#include "elfwheel/repair/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/paths.h"
#include "elfwheel/elf/edit.h"
#include "elfwheel/elf/libc.h"
#include "repair/android.h"
#include "repair/audited_wheel.h"
#include "wheel/parallel.h"

namespace elfwheel::repair {
namespace {

std::string join(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

void describe_members(const wheel::Wheel& wheel, unsigned jobs, AuditedWheel& audited) {
  const bool purelib = root_is_purelib(wheel);
  audited.audit.members.resize(audited.elf.members.size());
  wheel::parallel_for(audited.elf.members.size(), jobs, [&](size_t i) {
    const ElfMember& from = audited.elf.members[i];
    AuditedMember& member = audited.audit.members[i];
    member.entry = from.entry;
    member.path = from.path;
    member.place = wheel::parse_entry_place(from.path, purelib).value();
    member.is_program = from.is_program;
    with_where(from.path, [&] {
      member.facts = read_elf_facts(from.file);
      member.is_extension = is_python_extension(from.file, from.path);
    });
  });
}

// A Python extension knows best; then the first file that says it.
elf::Libc find_wheel_libc(const AuditedWheel& audited) {
  elf::Libc any = elf::Libc::kUnknown;
  for (size_t i = 0; i < audited.elf.members.size(); ++i) {
    const elf::Libc libc = elf::find_libc(audited.elf.members[i].file);
    if (libc == elf::Libc::kUnknown) continue;
    if (audited.audit.members[i].is_extension) return libc;
    if (any == elf::Libc::kUnknown) any = libc;
  }
  return any;
}

void refuse_wheels_without_files(const ElfMembers& elf, WheelAudit& audit) {
  if (!elf.members.empty()) return;
  if (!elf.foreign.empty() && !elf.architecture.empty()) {
    audit.refusals.push_back(
        fmt::format("no ELF file made for {}: {}", elf.architecture, join(elf.foreign)));
  } else if (elf.any_elf) {
    audit.refusals.push_back("no ELF file that a loader takes");
  } else {
    audit.refusals.push_back("no ELF file in the wheel: it is not a platform wheel");
  }
}

// Installers put purelib where other architectures look too (PEP 427; Fedora's lib beside lib64).
void refuse_purelib(const wheel::Wheel& wheel, WheelAudit& audit) {
  std::vector<std::string> files;
  for (const AuditedMember& member : audit.members)
    if (member.place.key == wheel::SchemeKey::kPurelib) files.push_back(member.path);
  if (files.empty()) return;
  audit.refusals.push_back(fmt::format(
      "ELF files belong in platlib, not in purelib{}: {}",
      root_is_purelib(wheel) ? " (WHEEL says Root-Is-Purelib: true)" : "", join(files)));
}

// Pythons that the wheel can be installed for and that nobody wants to be served. Where all of it
// goes to one tree, they are.
void note_left_out(const wheel::Wheel& wheel, const AuditOptions& options, AuditedWheel& audited) {
  if (options.pythons.empty()) return;
  if (distinct_layouts(wheel, {}, root_is_purelib(wheel)).size() == 1) return;
  std::vector<std::string> missing;
  for (const wheel::PythonVersion& version :
       wheel::allowed_pythons(wheel.name.tags(), wheel.metadata.requires_python))
    if (std::find(options.pythons.begin(), options.pythons.end(), version) == options.pythons.end())
      missing.push_back(wheel::python_text(version));
  if (!missing.empty())
    audited.audit.notes.push_back("its tags allow other Pythons, whose layouts are left out: " +
                                  join(missing));
}

// pip installs what METADATA requires, and nothing else.
void note_requirements(const wheel::Wheel& wheel, WheelAudit& audit) {
  std::map<std::string, std::string> brings;
  for (const ProvidedLibrary& library : audit.provided)
    brings.emplace(library.distribution, base_name(library.path));
  for (std::string& line : missing_requirements(wheel.metadata, brings))
    audit.notes.push_back(std::move(line));
}

}  // namespace

bool root_is_purelib(const wheel::Wheel& wheel) {
  const auto& platforms = wheel.name.platforms;
  const bool loses_any = std::find(platforms.begin(), platforms.end(), "any") != platforms.end();
  return wheel.wheel_fields.root_is_purelib && !loses_any;
}

ElfFacts read_elf_facts(const elf::ElfFile& file) {
  ElfFacts facts;
  if (const auto soname = file.soname()) facts.soname = *soname;
  if (const auto rpath = file.rpath()) facts.rpath = *rpath;
  if (const auto runpath = file.runpath()) facts.runpath = *runpath;
  facts.exec_stack = elf::needs_exec_stack(file);
  const elf::Segment* const tls = file.find_segment(elf::PT_TLS);
  if (tls != nullptr && (file.find_dynamic(elf::DT_FLAGS).value_or(0) & elf::DF_STATIC_TLS) != 0)
    facts.static_tls = tls->p_memsz;
  return facts;
}

std::vector<std::string> provided_paths(const WheelAudit& audit) {
  std::vector<std::string> paths;
  for (const ProvidedLibrary& library : audit.provided) paths.push_back(library.path);
  return paths;
}

AuditedWheel audit_with_contents(const wheel::Wheel& wheel, const AuditOptions& options) {
  const policy::PlatformRequest request = policy::parse_platform(options.platform);
  AuditedWheel audited;
  audited.elf = find_elf_members(wheel, options.jobs, options.scratch_directory);
  audited.layouts = distinct_layouts(wheel, options.pythons, root_is_purelib(wheel));
  WheelAudit& audit = audited.audit;
  audit.architecture = audited.elf.architecture;
  audit.notes = audited.elf.notes;
  audit.pure = !audited.elf.any_elf;
  note_left_out(wheel, options, audited);
  refuse_wheels_without_files(audited.elf, audit);
  if (audited.elf.members.empty()) return audited;

  describe_members(wheel, options.jobs, audited);
  audit.libc = find_wheel_libc(audited);
  const auto android = find_android_tag(wheel.name, audit.refusals);
  if (android) {
    audit.libc = elf::Libc::kAndroid;
    for (AuditedMember& member : audit.members) forget_rpath(member.facts);
  }
  refuse_purelib(wheel, audit);

  // Which policies there are depends on architecture and libc alone, and tells what to look for.
  policy::Requirements kind;
  kind.architecture = audit.architecture;
  kind.libc = audit.libc;
  kind.android = android;
  policy::PolicySet policies = policy::select_policies(kind, request);
  find_suppliers(wheel, options, policies, audited);
  if (!audit.provided.empty()) {
    audited.layouts =
        distinct_layouts(wheel, options.pythons, root_is_purelib(wheel), provided_paths(audit));
    note_requirements(wheel, audit);
  }

  // Beyond this point, nothing more is looked for on the build machine.
  audit.requirements = make_requirements(audited, options);
  audit.requirements.android = android;
  audit.evaluation = policy::evaluate(audit.requirements, std::move(policies));
  return audited;
}

WheelAudit audit_wheel(const wheel::Wheel& wheel, const AuditOptions& options) {
  return audit_with_contents(wheel, options).audit;
}

}  // namespace elfwheel::repair
