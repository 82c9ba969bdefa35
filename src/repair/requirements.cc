// From audited files to what policies judge: versions, undefined symbols, ISA levels. The rules of
// what counts as an extension or a root are auditwheel's (elfutils.py, wheel_abi.py).
#include <algorithm>
#include <map>
#include <set>

#include "base/paths.h"
#include "elfwheel/elf/notes.h"
#include "elfwheel/elf/symbols.h"
#include "repair/audited_wheel.h"
#include "wheel/parallel.h"

namespace elfwheel::repair {
namespace {

std::vector<policy::VersionUse> read_version_uses(const elf::ElfFile& file,
                                                  const std::vector<elf::DynamicSymbol>& symbols) {
  std::map<uint16_t, std::set<std::string>> by_index;
  for (const elf::DynamicSymbol& symbol : symbols)
    if (!symbol.is_defined() && symbol.version > elf::VER_NDX_GLOBAL)
      by_index[symbol.version].emplace(symbol.name);
  std::vector<policy::VersionUse> uses;
  for (const elf::VersionNeed& need : elf::read_version_needs(file)) {
    for (const elf::NeededVersion& version : need.versions) {
      const std::set<std::string>& names = by_index[version.index];
      uses.push_back({std::string(need.file), std::string(version.name),
                      std::vector<std::string>(names.begin(), names.end())});
    }
  }
  return uses;
}

bool wants_symbol(const elf::ElfFile& file, std::string_view prefix, bool whole) {
  const auto symbols = elf::read_dynamic_symbols(file);
  return std::any_of(symbols.begin(), symbols.end(), [&](const elf::DynamicSymbol& symbol) {
    return !symbol.is_defined() &&
           (whole ? symbol.name == prefix : symbol.name.starts_with(prefix));
  });
}

void add_python_findings(const AuditedWheel& audited, policy::Requirements& requirements) {
  for (size_t i = 0; i < audited.audit.members.size(); ++i) {
    const AuditedMember& member = audited.audit.members[i];
    if (!member.is_extension) continue;
    const elf::ElfFile& file = audited.elf.members[i].file;
    if (wants_symbol(file, "PyUnicodeUCS2_", false)) requirements.ucs2_files.push_back(member.path);
    if (wants_symbol(file, "PyFPE_jbuf", true) || wants_symbol(file, "PyFPE_dummy", true) ||
        wants_symbol(file, "PyFPE_counter", true))
      requirements.pyfpe_files.push_back(member.path);
  }
}

policy::Need policy_need(const Need& need, size_t member_count) {
  policy::Need result;
  result.name = need.name;
  result.wanted = need.opened || need.bundled;
  if (need.kind == SupplierKind::kMember) result.object = need.index;
  if (need.kind == SupplierKind::kOutside) result.object = member_count + need.index;
  return result;
}

void add_needs(const std::vector<Need>& needs, size_t member_count, policy::Object& object) {
  for (const Need& need : needs)
    if (need.kind != SupplierKind::kExcluded && need.kind != SupplierKind::kProvided &&
        !(need.kind == SupplierKind::kSystem && is_libpython(need.name)))
      object.needed.push_back(policy_need(need, member_count));
}

std::set<std::string> names_needed_inside(const WheelAudit& audit) {
  std::set<std::string> names;
  for (const AuditedMember& member : audit.members)
    for (const Need& need : member.needs)
      if (need.needed) names.insert(need.name);
  return names;
}

}  // namespace

policy::Object describe_object(const elf::ElfFile& file, bool inside, bool check_isa) {
  policy::Object object;
  object.inside = inside;
  const std::vector<elf::DynamicSymbol> symbols = elf::read_dynamic_symbols(file);
  object.version_uses = read_version_uses(file, symbols);
  for (const elf::DynamicSymbol& symbol : symbols)
    if (inside && !symbol.is_defined() && symbol.binding != elf::STB_WEAK)
      if (policy::is_ever_banned(symbol.name)) object.undefined.emplace_back(symbol.name);
  if (check_isa) object.isa = policy::isa_level_needed(elf::x86_isa_needed(file));
  return object;
}

bool is_python_extension(const elf::ElfFile& file, std::string_view path) {
  std::string stem(base_name(path));
  stem = stem.substr(0, stem.find('.'));
  const std::string entry_points[] = {"PyInit_" + stem, "init" + stem, "_cffi_pypyinit_" + stem};
  const auto symbols = elf::read_dynamic_symbols(file);
  return std::any_of(symbols.begin(), symbols.end(), [&](const elf::DynamicSymbol& symbol) {
    return symbol.is_defined() && symbol.type == elf::STT_FUNC &&
           std::find(std::begin(entry_points), std::end(entry_points), symbol.name) !=
               std::end(entry_points);
  });
}

policy::Requirements make_requirements(const AuditedWheel& audited, const AuditOptions& options) {
  const WheelAudit& audit = audited.audit;
  policy::Requirements requirements;
  requirements.architecture = audit.architecture;
  requirements.libc = audit.libc;
  const size_t count = audit.members.size();
  requirements.objects.resize(count + audit.libraries.size());
  wheel::parallel_for(requirements.objects.size(), options.jobs, [&](size_t i) {
    const bool inside = i < count;
    const std::string& name = inside ? audit.members[i].path : audit.libraries[i - count].path;
    const elf::ElfFile& file =
        inside ? audited.elf.members[i].file : audited.libraries[i - count].file;
    policy::Object& object = requirements.objects[i];
    object = with_where(name, [&] { return describe_object(file, inside, options.check_isa); });
    object.name = name;
    object.wanted = !inside && audit.libraries[i - count].included_as.has_value();
    add_needs(inside ? audit.members[i].needs : audit.libraries[i - count].needs, count, object);
  });
  const std::set<std::string> needed = names_needed_inside(audit);
  for (size_t i = 0; i < count; ++i) {
    const AuditedMember& member = audit.members[i];
    requirements.objects[i].root =
        member.is_extension || needed.count(std::string(base_name(member.path))) == 0;
  }
  add_python_findings(audited, requirements);
  return requirements;
}

}  // namespace elfwheel::repair
