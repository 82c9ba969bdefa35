// elfwheel's side of the comparison.

#include <fmt/format.h>

#include <functional>
#include <map>

#include "elfwheel/base/error.h"
#include "elfwheel/elf/symbols.h"
#include "second_opinion/facts.h"

namespace elfwheel::second_opinion {
namespace {

std::optional<std::string> owned(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

HeaderFact header_fact(const elf::Header& header) {
  return {header.e_type, header.e_machine, elf::raw(header.e_entry), header.e_flags, header.os_abi};
}

std::vector<SegmentFact> segment_facts(const elf::ElfFile& file) {
  std::vector<SegmentFact> result;
  for (const elf::Segment& segment : file.segments()) {
    SegmentFact fact{segment.p_type,
                     segment.p_flags,
                     elf::raw(segment.p_offset),
                     elf::raw(segment.p_vaddr),
                     segment.p_filesz,
                     segment.p_memsz,
                     segment.p_align};
    if (wants_digest(fact))
      set_digest(fact, file.bytes().sub(fact.offset, fact.file_size, "PT_NOTE").text());
    result.push_back(fact);
  }
  return result;
}

std::vector<elf::Section> readable_sections(const elf::ElfFile& file) {
  try {
    return file.sections();
  } catch (const Error&) {
    return {};
  }
}

std::vector<SectionFact> section_facts(const elf::ElfFile& file) {
  std::vector<SectionFact> result;
  for (const elf::Section& section : readable_sections(file)) {
    SectionFact fact{section.name,
                     section.sh_type,
                     section.sh_flags,
                     elf::raw(section.sh_addr),
                     elf::raw(section.sh_offset),
                     section.sh_size};
    if (wants_digest(fact) && file.bytes().contains(fact.offset, fact.size))
      fact.digest = digest_of(file.bytes().sub(fact.offset, fact.size, "code").text());
    result.push_back(std::move(fact));
  }
  return result;
}

// Version indices of both tables to names.
std::map<uint16_t, std::string> version_names(const elf::ElfFile& file, Facts& facts) {
  std::map<uint16_t, std::string> names;
  for (const elf::DefinedVersion& version : elf::read_version_definitions(file))
    names.emplace(version.index & ~elf::VERSYM_HIDDEN, version.name);
  for (const elf::VersionNeed& need : elf::read_version_needs(file))
    for (const elf::NeededVersion& version : need.versions) {
      names.emplace(version.index, version.name);
      facts.version_needs.push_back(fmt::format("{} of {}", version.name, need.file));
    }
  return names;
}

void add_symbols(const elf::ElfFile& file, Facts& facts) {
  const std::map<uint16_t, std::string> versions = version_names(file, facts);
  for (const elf::DynamicSymbol& symbol : elf::read_dynamic_symbols(file)) {
    SymbolFact fact{std::string(symbol.name),
                    {},
                    symbol.value,
                    symbol.size,
                    static_cast<uint64_t>(symbol.binding << 4 | symbol.type),
                    symbol.section};
    const auto version = versions.find(symbol.version);
    if (symbol.version > elf::VER_NDX_GLOBAL && version != versions.end())
      fact.version = version->second;
    facts.symbols.push_back(std::move(fact));
  }
}

}  // namespace

Facts read_with_elfwheel(const elf::ElfFile& file) {
  Facts facts;
  facts.header = header_fact(file.header());
  facts.interpreter = owned(file.interp());
  facts.soname = owned(file.soname());
  facts.rpath = owned(file.rpath());
  facts.runpath = owned(file.runpath());
  for (const std::string_view name : file.needed()) facts.needed.emplace_back(name);
  facts.dynamic = file.dynamic();
  facts.segments = segment_facts(file);
  facts.sections = section_facts(file);
  add_symbols(file, facts);
  return facts;
}

}  // namespace elfwheel::second_opinion
