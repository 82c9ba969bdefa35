#include "fuzz/unedited.h"

#include <algorithm>
#include <optional>
#include <set>

#include "elfwheel/base/error.h"
#include "elfwheel/elf/notes.h"
#include "elfwheel/elf/relocations.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::fuzz {
namespace {

using elf::Edits;
using elf::ElfFile;
using Lines = std::vector<std::string>;

bool edits_needed(const Edits& edits) {
  return !edits.remove_needed.empty() || !edits.replace_needed.empty() || !edits.add_needed.empty();
}

bool edits_rpath(const Edits& edits) {
  return edits.rpath || edits.rpath_tag != elf::RpathTag::kKeep;
}

bool edits_versions(const Edits& edits) {
  return !edits.clear_versions.empty() || !edits.remove_needed.empty() ||
         !edits.replace_needed.empty();
}

Lines header_facts(const ElfFile& file, const Edits& edits) {
  const elf::Header& header = file.header();
  return {std::to_string(header.e_type),
          std::to_string(header.e_machine),
          std::to_string(elf::raw(header.e_entry)),
          std::to_string(header.e_flags),
          std::to_string(header.abi_version),
          edits.os_abi ? "" : std::to_string(header.os_abi),
          std::string(edits.interpreter ? "" : file.interp().value_or("none")),
          edits.exec_stack ? "" : std::to_string(elf::wants_exec_stack(file).value_or(2))};
}

Lines string_facts(const ElfFile& file, const Edits& edits) {
  Lines lines;
  for (const elf::DynEntry& entry : file.dynamic()) {
    const uint64_t tag = entry.tag;
    const bool kept = tag == elf::DT_AUXILIARY || tag == elf::DT_FILTER ||
                      (tag == elf::DT_SONAME && !edits.soname) ||
                      (tag == elf::DT_NEEDED && !edits_needed(edits)) ||
                      ((tag == elf::DT_RPATH || tag == elf::DT_RUNPATH) && !edits_rpath(edits));
    if (kept)
      lines.push_back(elf::dyn_tag_name(tag) + " " + std::string(file.dynamic_string(entry.value)));
  }
  return lines;
}

Lines symbol_facts(const ElfFile& file, const Edits& edits) {
  Lines lines;
  for (const elf::DynamicSymbol& symbol : elf::read_dynamic_symbols(file)) {
    std::string line = std::to_string(symbol.size) + " " + std::to_string(symbol.binding) + " " +
                       std::to_string(symbol.type) + " " + std::to_string(symbol.section);
    if (edits.rename_symbols.empty()) line += " " + std::string(symbol.name);
    if (!edits_versions(edits)) line += " " + std::to_string(symbol.version);
    lines.push_back(line);
  }
  // Hash tables order them by their names.
  if (!edits.rename_symbols.empty()) std::sort(lines.begin(), lines.end());
  return lines;
}

Lines version_facts(const ElfFile& file, const Edits& edits) {
  Lines lines;
  if (!edits_versions(edits))
    for (const elf::VersionNeed& need : elf::read_version_needs(file)) {
      lines.emplace_back(need.file);
      for (const elf::NeededVersion& version : need.versions) lines.emplace_back(version.name);
    }
  for (const elf::DefinedVersion& version : elf::read_version_definitions(file))
    if ((version.flags & elf::VER_FLG_BASE) == 0) lines.emplace_back(version.name);
  return lines;
}

Lines note_facts(const ElfFile& file, const Edits& edits) {
  const bool cache_may_go = edits.resolution_cache || edits_needed(edits) || edits_rpath(edits);
  Lines lines;
  for (const elf::Note& note : elf::read_notes(file))
    if (note.owner != "NixOS" || !cache_may_go)
      lines.push_back(std::string(note.owner) + std::to_string(note.type) +
                      std::string(note.description.text()));
  return lines;
}

Lines relocation_facts(const ElfFile& file, const Edits& edits) {
  Lines lines;
  for (const elf::Relocation& each : elf::read_symbol_relocations(file))
    lines.push_back(std::to_string(elf::raw(each.offset)) + " " +
                    (edits.rename_symbols.empty() ? std::to_string(each.symbol) : ""));
  return lines;
}

// Where one that `before` has differs; nothing is wanted where `before` cannot be read.
template <class Read>
bool same(const ElfFile& before, const ElfFile& after, const Edits& edits, Read&& read) {
  Lines wanted;
  try {
    wanted = read(before, edits);
  } catch (const Error&) {
    return true;
  }
  return read(after, edits) == wanted;
}

bool same_code(const ElfFile& before, const ElfFile& after) {
  std::vector<elf::Section> sections;
  try {
    sections = before.sections();
  } catch (const Error&) {
    return true;
  }
  for (const elf::Section& section : sections) {
    const uint64_t offset = elf::raw(section.sh_offset);
    if ((section.sh_flags & elf::SHF_EXECINSTR) == 0 || section.sh_type == elf::SHT_NOBITS ||
        section.sh_size == 0 || !before.bytes().contains(offset, section.sh_size))
      continue;
    if (before.bytes().sub(offset, section.sh_size, "code").text() !=
        after.bytes().sub(offset, section.sh_size, "code").text())
      return false;
  }
  return true;
}

// Sections that refer to the dynamic string table, though nobody knows where in them.
bool has_unknown_users(const ElfFile& file, const std::vector<elf::Section>& sections) {
  static const std::set<uint32_t> kKnown = {elf::SHT_DYNSYM, elf::SHT_DYNAMIC, elf::SHT_GNU_verdef,
                                            elf::SHT_GNU_verneed};
  if (file.find_dynamic(elf::DT_GNU_LIBLIST) || file.find_dynamic(elf::DT_GNU_CONFLICT))
    return true;
  const uint64_t table = file.find_dynamic(elf::DT_STRTAB).value_or(0);
  return std::any_of(sections.begin(), sections.end(), [&](const elf::Section& section) {
    return section.sh_link < sections.size() &&
           elf::raw(sections[section.sh_link].sh_addr) == table &&
           kKnown.count(section.sh_type) == 0;
  });
}

// The loader finds what is in a segment by its address. An offset that is not where that address
// lies claims bytes that are something else's, or nobody's.
bool is_mapped(const ElfFile& file, const elf::Segment& segment) {
  return segment.p_type == elf::PT_LOAD || segment.p_filesz == 0 ||
         file.addresses().find_offset(segment.p_vaddr, segment.p_filesz) == segment.p_offset;
}

}  // namespace

std::string unwanted_change(const ElfFile& before, const ElfFile& after, const Edits& edits) {
  if (!same(before, after, edits, header_facts)) return "header";
  if (!same(before, after, edits, string_facts)) return "strings";
  if (!same(before, after, edits, symbol_facts)) return "symbols";
  if (!same(before, after, edits, version_facts)) return "versions";
  if (!same(before, after, edits, note_facts)) return "notes";
  if (!same(before, after, edits, relocation_facts)) return "relocations";
  if (!same_code(before, after)) return "code";
  return "";
}

bool claims_are_consistent(const ElfFile& file) {
  std::set<uint64_t> tags;
  for (const elf::DynEntry& entry : file.dynamic())
    if (entry.tag != elf::DT_NEEDED && entry.tag != elf::DT_AUXILIARY &&
        entry.tag != elf::DT_FILTER && !tags.insert(entry.tag).second)
      return false;
  for (const elf::Segment& segment : file.segments())
    if (!file.bytes().contains(elf::raw(segment.p_offset), segment.p_filesz) ||
        !is_mapped(file, segment))
      return false;
  std::vector<elf::Section> sections;
  try {
    sections = file.sections();
  } catch (const Error&) {
    return false;
  }
  if (has_unknown_users(file, sections)) return false;
  std::erase_if(sections, [](const elf::Section& section) {
    return section.sh_type == elf::SHT_NOBITS || section.sh_type == elf::SHT_NULL;
  });
  std::sort(sections.begin(), sections.end(),
            [](const elf::Section& a, const elf::Section& b) { return a.sh_offset < b.sh_offset; });
  uint64_t end = 0;
  for (const elf::Section& section : sections) {
    const uint64_t offset = elf::raw(section.sh_offset);
    if (offset < end || !file.bytes().contains(offset, section.sh_size)) return false;
    end = offset + section.sh_size;
  }
  return true;
}

std::string unfulfilled(const ElfFile& after, const Edits& edits) {
  if (edits.soname && after.soname() != *edits.soname) return "soname";
  if (edits.interpreter && after.interp() != *edits.interpreter) return "interpreter";
  if (edits.exec_stack && elf::wants_exec_stack(after) != edits.exec_stack) return "exec_stack";
  if (edits.os_abi && after.header().os_abi != *edits.os_abi) return "os_abi";
  if (edits.debug_tag && !after.find_dynamic(elf::DT_DEBUG)) return "debug_tag";
  if (edits.no_default_lib &&
      (after.find_dynamic(elf::DT_FLAGS_1).value_or(0) & elf::DF_1_NODEFLIB) == 0)
    return "no_default_lib";
  if (edits.rpath && edits.rpath->empty() && (after.rpath() || after.runpath())) return "rpath";
  if (edits.rpath && !edits.rpath->empty() && after.rpath() != *edits.rpath &&
      after.runpath() != *edits.rpath)
    return "rpath";
  if (edits.add_needed.empty()) return "";
  const std::vector<std::string_view> needed = after.needed();
  for (const std::string& name : edits.add_needed)
    if (std::find(needed.begin(), needed.end(), name) == needed.end()) return "add_needed";
  return "";
}

}  // namespace elfwheel::fuzz
