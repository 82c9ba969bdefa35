// LIEF's side of the comparison. LIEF's headers are seen here only.

#include <fmt/format.h>

#include "elfwheel/base/error.h"
#include "second_opinion/facts.h"
#include "second_opinion/lief_headers.h"

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
                     segment.alignment(),
                     0};
    if (wants_digest(fact)) fact.digest = digest_of(text_of(segment.content()));
    facts.segments.push_back(fact);
  }
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
    if (wants_digest(fact)) fact.digest = digest_of(text_of(section.content()));
    facts.sections.push_back(std::move(fact));
  }
}

std::string version_of(const lief::Symbol& symbol) {
  constexpr uint16_t kHidden = 0x8000, kGlobal = 1;
  if (!symbol.has_version()) return {};
  const lief::SymbolVersion& version = symbol.symbol_version();
  if ((version.value() & ~kHidden) <= kGlobal || !version.has_auxiliary_version()) return {};
  return version.symbol_version_auxiliary().name();
}

void add_symbols(const lief::Binary& file, Facts& facts) {
  for (const lief::Symbol& symbol : file.dynamic_symbols())
    facts.symbols.push_back({symbol.name(), version_of(symbol), symbol.value(), symbol.size(),
                             symbol.information(), symbol.shndx()});
  for (const lief::SymbolVersionRequirement& need : file.symbols_version_requirement())
    for (const lief::SymbolVersionAuxRequirement& version : need.auxiliary_symbols())
      facts.version_needs.push_back(fmt::format("{} of {}", version.name(), need.name()));
}

}  // namespace

Facts read_with_lief(Bytes bytes, SymbolCount count) {
  LIEF::Logger::disable();
  const auto* const begin = reinterpret_cast<const uint8_t*>(bytes.data());
  const std::unique_ptr<lief::Binary> binary =
      lief::Parser::parse(std::vector<uint8_t>(begin, begin + bytes.size()), "", method(count));
  if (binary == nullptr) throw Error(ErrorCode::kCorrupt, "LIEF takes it for no ELF file");
  const lief::Binary& file = *binary;
  Facts facts;
  facts.header = {static_cast<uint64_t>(file.header().file_type()),
                  static_cast<uint64_t>(file.header().machine_type()), file.header().entrypoint(),
                  file.header().processor_flag(),
                  static_cast<uint64_t>(file.header().identity_os_abi())};
  if (file.has_interpreter()) facts.interpreter = std::string(file.interpreter().c_str());
  add_dynamic(file, facts);
  add_segments(file, facts);
  add_sections(file, facts);
  add_symbols(file, facts);
  return facts;
}

Facts read_with_lief(Bytes bytes, const Facts& own, SymbolCount& count) {
  count = SymbolCount::kBySections;
  Facts facts = read_with_lief(bytes, count);
  if (facts.symbols == own.symbols) return facts;
  for (const SymbolCount other : {SymbolCount::kByHash, SymbolCount::kByRelocations}) {
    Facts again = read_with_lief(bytes, other);
    if (again.symbols != own.symbols) continue;
    count = other;
    return again;
  }
  return facts;
}

}  // namespace elfwheel::second_opinion
