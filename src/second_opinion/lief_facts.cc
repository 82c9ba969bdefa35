// LIEF's side of the comparison. LIEF's headers are seen here only.

#include <fmt/format.h>

#include <map>

#include "elfwheel/base/error.h"
#include "second_opinion/lief_headers.h"
#include "second_opinion/lief_program.h"

namespace elfwheel::second_opinion {
namespace {

namespace lief = LIEF::ELF;

lief::DYNSYM_COUNT_METHODS method(SymbolCount count) {
  switch (count) {
    case SymbolCount::kByHash:
      return lief::DYNSYM_COUNT_METHODS::COUNT_HASH;
    case SymbolCount::kByRelocations:
      return lief::DYNSYM_COUNT_METHODS::COUNT_RELOCATIONS;
    default:
      return lief::DYNSYM_COUNT_METHODS::COUNT_SECTION;
  }
}

std::string_view text_of(const std::vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void add_dynamic(const lief::Binary& file, Facts& facts) {
  for (const lief::DynamicEntry& entry : file.dynamic_entries()) {
    if (entry.tag() == lief::DYNAMIC_TAGS::DT_NULL) break;
    facts.dynamic.push_back({static_cast<uint64_t>(entry.tag()), entry.value()});
    if (const auto* needed = dynamic_cast<const lief::DynamicEntryLibrary*>(&entry))
      facts.needed.push_back(needed->name());
    if (const auto* soname = dynamic_cast<const lief::DynamicSharedObject*>(&entry))
      facts.soname = soname->name();
    if (const auto* rpath = dynamic_cast<const lief::DynamicEntryRpath*>(&entry))
      facts.rpath = rpath->rpath();
    if (const auto* runpath = dynamic_cast<const lief::DynamicEntryRunPath*>(&entry))
      facts.runpath = runpath->runpath();
  }
}

void add_segments(const lief::Binary& file, Facts& facts) {
  for (const lief::Segment& segment : file.segments()) {
    SegmentFact fact{static_cast<uint64_t>(segment.type()),
                     static_cast<uint64_t>(segment.flags()),
                     segment.file_offset(),
                     segment.virtual_address(),
                     segment.physical_size(),
                     segment.virtual_size(),
                     segment.alignment()};
    if (wants_digest(fact)) set_digest(fact, text_of(segment.content()));
    facts.segments.push_back(fact);
  }
}

// LIEF leaves large sections empty (libcublasLt's code has 110 MB).
void set_digest(SectionFact& fact, const std::vector<uint8_t>& content) {
  if (content.size() == fact.size) fact.digest = digest_of(text_of(content));
}

void add_sections(const lief::Binary& file, Facts& facts) {
  for (const lief::Section& section : file.sections()) {
    SectionFact fact{std::string(section.name().c_str()),
                     static_cast<uint64_t>(section.type()),
                     section.flags(),
                     section.virtual_address(),
                     section.file_offset(),
                     section.size(),
                     0};
    if (wants_digest(fact)) set_digest(fact, section.content());
    facts.sections.push_back(std::move(fact));
  }
}

// LIEF's own link from a symbol to its version leads to a version's parent where it has one; so the
// names are looked up in its lists of versions. The first name of a definition is its own.
std::map<uint16_t, std::string> version_names(const lief::Binary& file, Facts& facts) {
  std::map<uint16_t, std::string> names;
  for (const lief::SymbolVersionDefinition& definition : file.symbols_version_definition())
    for (const lief::SymbolVersionAux& name : definition.symbols_aux())
      names.emplace(definition.ndx(), name.name());
  for (const lief::SymbolVersionRequirement& need : file.symbols_version_requirement())
    for (const lief::SymbolVersionAuxRequirement& version : need.auxiliary_symbols()) {
      names.emplace(version.other() & ~elf::VERSYM_HIDDEN, version.name());
      facts.version_needs.push_back(fmt::format("{} of {}", version.name(), need.name()));
    }
  return names;
}

void add_symbols(const lief::Binary& file, Facts& facts) {
  const std::map<uint16_t, std::string> versions = version_names(file, facts);
  for (const lief::Symbol& symbol : file.dynamic_symbols()) {
    SymbolFact fact{symbol.name(), {}, symbol.value(), symbol.size(), symbol.information(),
                    symbol.shndx()};
    const uint16_t index =
        symbol.has_version() ? symbol.symbol_version().value() & ~elf::VERSYM_HIDDEN : 0;
    const auto version = versions.find(index);
    if (index > elf::VER_NDX_GLOBAL && version != versions.end()) fact.version = version->second;
    facts.symbols.push_back(std::move(fact));
  }
}

void add_facts(const lief::Binary& file, Facts& facts) {
  const lief::Header& header = file.header();
  facts.header = {static_cast<uint64_t>(header.file_type()),
                  static_cast<uint64_t>(header.machine_type()), header.entrypoint(),
                  header.processor_flag(), static_cast<uint64_t>(header.identity_os_abi())};
  if (file.has_interpreter()) facts.interpreter = std::string(file.interpreter().c_str());
  add_dynamic(file, facts);
  add_segments(file, facts);
  add_sections(file, facts);
  add_symbols(file, facts);
}

}  // namespace

Facts facts_of_lief(const std::vector<uint8_t>& bytes, SymbolCount count) {
  LIEF::Logger::disable();
  const auto file = lief::Parser::parse(bytes, "", method(count));
  if (file == nullptr) throw Error(ErrorCode::kCorrupt, "it takes it for no ELF file");
  Facts facts;
  add_facts(*file, facts);
  return facts;
}

}  // namespace elfwheel::second_opinion
