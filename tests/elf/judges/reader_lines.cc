// Our side: the reader's values in the spelling of readelf.

#include <fmt/format.h>

#include <map>
#include <set>

#include "elf/judges/readelf.h"
#include "elfwheel/elf/notes.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::test {
namespace {

using namespace elf;

std::string cut_prefix(const std::string& name) { return name.substr(name.find('_') + 1); }

std::string file_type(uint16_t type) {
  const char* names[] = {"NONE", "REL", "EXEC", "DYN", "CORE"};
  return type <= ET_CORE ? names[type] : "?";
}

bool holds_string(uint64_t tag) {
  return tag == DT_NEEDED || tag == DT_SONAME || tag == DT_RPATH || tag == DT_RUNPATH ||
         tag == DT_AUXILIARY || tag == DT_FILTER;
}

std::string type_name(uint8_t type) {
  static const std::map<uint8_t, const char*> kNames = {
      {STT_NOTYPE, "NOTYPE"}, {STT_OBJECT, "OBJECT"}, {STT_FUNC, "FUNC"}, {STT_SECTION, "SECTION"},
      {STT_FILE, "FILE"},     {STT_COMMON, "COMMON"}, {STT_TLS, "TLS"},   {STT_GNU_IFUNC, "IFUNC"}};
  return kNames.at(type);
}

std::string binding_name(uint8_t binding) {
  static const std::map<uint8_t, const char*> kNames = {
      {STB_LOCAL, "LOCAL"}, {STB_GLOBAL, "GLOBAL"}, {STB_WEAK, "WEAK"}, {STB_GNU_UNIQUE, "UNIQUE"}};
  return kNames.at(binding);
}

std::string section_index(uint16_t index) {
  if (index == SHN_UNDEF) return "UND";
  if (index == SHN_ABS) return "ABS";
  return std::to_string(index);
}

// readelf's name of a segment's type: it leaves the machine out of PT_ARM_EXIDX, and cuts long
// ones.
std::string segment_name(const ElfFile& file, const Segment& segment) {
  constexpr uint32_t kOsTypes = 0x60000000, kMachineTypes = 0x70000000;
  const std::string type = cut_prefix(segment_type_name(segment.p_type));
  if (type == "ARM_EXIDX") return "EXIDX";
  if (file.header().e_machine == EM_RISCV && segment.p_type == kMachineTypes + 3)
    return "RISCV_ATTRIBUT";
  if (type.rfind("0x", 0) == 0 && segment.p_type >= kOsTypes && segment.p_type < kMachineTypes)
    return fmt::format("LOOS+{:#x}", segment.p_type - kOsTypes);
  return type;
}

// readelf: "@@" for the default version of a definition, "@" for every other. A program's copy of
// a library's variable has that library's version.
std::string versioned_name(const DynamicSymbol& symbol,
                           const std::map<uint16_t, std::string>& versions,
                           const std::set<uint16_t>& needed) {
  const std::string name(symbol.name);
  const auto version = versions.find(symbol.version);
  if (symbol.version <= VER_NDX_GLOBAL || version == versions.end()) return name;
  // A linker's symbol that stands for the version itself is printed without one.
  if (name == version->second && symbol.section == SHN_ABS) return name;
  const bool is_default =
      symbol.is_defined() && !symbol.hidden_version && needed.count(symbol.version) == 0;
  return name + (is_default ? "@@" : "@") + version->second;
}

}  // namespace

Lines header_lines(const ElfFile& file) {
  const Header& header = file.header();
  return {
      header.elf_class == ElfClass::kElf64 ? "class ELF64" : "class ELF32",
      header.byte_order == ByteOrder::kLittle ? "data little endian" : "data big endian",
      fmt::format("abi_version {}", header.abi_version),
      "e_type " + file_type(header.e_type),
      "e_machine " + machine_name(header.e_machine),
      fmt::format("e_entry {:#x}", raw(header.e_entry)),
      fmt::format("e_phoff {}", raw(header.e_phoff)),
      fmt::format("e_shoff {}", raw(header.e_shoff)),
      fmt::format("e_flags {:#x}", header.e_flags),
      fmt::format("e_ehsize {}", header.e_ehsize),
      fmt::format("e_phentsize {}", header.e_phentsize),
      fmt::format("e_phnum {}", header.e_phnum),
      fmt::format("e_shentsize {}", header.e_shentsize),
      fmt::format("e_shnum {}", header.e_shnum),
      fmt::format("e_shstrndx {}", header.e_shstrndx),
  };
}

Lines segment_lines(const ElfFile& file) {
  Lines result;
  for (const Segment& segment : file.segments()) {
    const std::string flags = std::string(segment.p_flags & PF_R ? "R" : "") +
                              (segment.p_flags & PF_W ? "W" : "") +
                              (segment.p_flags & PF_X ? "E" : "");
    result.push_back(fmt::format("{} {:#x} {:#x} {:#x} {:#x} {:#x} {} {:#x}",
                                 segment_name(file, segment), raw(segment.p_offset),
                                 raw(segment.p_vaddr), segment.p_paddr, segment.p_filesz,
                                 segment.p_memsz, flags, segment.p_align));
  }
  return result;
}

Lines dynamic_lines(const ElfFile& file) {
  Lines result;
  for (const DynEntry& entry : file.dynamic()) {
    std::string line = fmt::format("{:#x} {}", entry.tag, cut_prefix(dyn_tag_name(entry.tag)));
    if (holds_string(entry.tag)) line += fmt::format(" [{}]", file.dynamic_string(entry.value));
    result.push_back(line);
  }
  return result;
}

Lines symbol_lines(const ElfFile& file) {
  static const char* kVisibilities[] = {"DEFAULT", "INTERNAL", "HIDDEN", "PROTECTED"};
  std::map<uint16_t, std::string> versions;
  std::set<uint16_t> needed;
  for (const VersionNeed& need : read_version_needs(file))
    for (const NeededVersion& version : need.versions) {
      versions[version.index] = version.name;
      needed.insert(version.index);
    }
  for (const DefinedVersion& version : read_version_definitions(file))
    versions[version.index] = version.name;
  Lines result;
  for (const DynamicSymbol& symbol : read_dynamic_symbols(file))
    result.push_back(
        fmt::format("{:#x} {} {} {} {} {} {}", symbol.value, symbol.size, type_name(symbol.type),
                    binding_name(symbol.binding), kVisibilities[symbol.visibility & 3],
                    section_index(symbol.section), versioned_name(symbol, versions, needed)));
  return result;
}

Lines version_lines(const ElfFile& file) {
  const auto flags_text = [](uint16_t flags) -> std::string {
    if (flags == 0) return "none";
    return flags == VER_FLG_BASE ? "BASE" : "WEAK";
  };
  Lines result;
  for (const DefinedVersion& version : read_version_definitions(file)) {
    result.push_back(
        fmt::format("define {} {} {}", version.index, flags_text(version.flags), version.name));
    for (const std::string_view parent : version.parents)
      result.push_back(fmt::format("  parent {}", parent));
  }
  for (const VersionNeed& need : read_version_needs(file)) {
    result.push_back(fmt::format("need {}", need.file));
    for (const NeededVersion& version : need.versions)
      result.push_back(
          fmt::format("  {} {} {}", version.name, flags_text(version.flags), version.index));
  }
  return result;
}

Lines note_lines(const ElfFile& file) {
  constexpr uint32_t kBuildIdType = 3;
  Lines result;
  for (const Note& note : read_notes(file)) {
    result.push_back(fmt::format("{} {:#x}", note.owner, note.description.size()));
    if (note.owner == "GNU" && note.type == kBuildIdType)
      result.push_back("build id " + find_build_id(file).value_or("none"));
  }
  return result;
}

}  // namespace elfwheel::test
