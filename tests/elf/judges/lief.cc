// LIEF's headers are seen here only.

#include "elf/judges/lief.h"

#include <fmt/format.h>

#include <stdexcept>

#include "lief_headers.h"

namespace elfwheel::test {

namespace lief = LIEF::ELF;

SecondOpinion lief_opinion(const std::string& path) {
  LIEF::Logger::disable();
  // Its other ways of counting guess from where tables stand to one another.
  const std::unique_ptr<lief::Binary> binary =
      lief::Parser::parse(path, lief::DYNSYM_COUNT_METHODS::COUNT_SECTION);
  if (binary == nullptr) throw std::runtime_error("LIEF cannot read " + path);
  const lief::Binary& file = *binary;
  SecondOpinion opinion;
  for (const lief::DynamicEntry& entry : file.dynamic_entries()) {
    if (entry.tag() == lief::DYNAMIC_TAGS::DT_NULL) break;
    if (const auto* needed = dynamic_cast<const lief::DynamicEntryLibrary*>(&entry))
      opinion.needed.push_back(needed->name());
    if (const auto* soname = dynamic_cast<const lief::DynamicSharedObject*>(&entry))
      opinion.soname = soname->name();
    if (const auto* rpath = dynamic_cast<const lief::DynamicEntryRpath*>(&entry))
      opinion.rpath = rpath->rpath();
    if (const auto* runpath = dynamic_cast<const lief::DynamicEntryRunPath*>(&entry))
      opinion.runpath = runpath->runpath();
  }
  if (file.has_interpreter()) opinion.interp = std::string(file.interpreter().c_str());
  for (const lief::Segment& segment : file.segments())
    opinion.segments.push_back(
        fmt::format("{} {:#x} {:#x} {:#x} {:#x} {}", static_cast<uint64_t>(segment.type()),
                    segment.file_offset(), segment.virtual_address(), segment.physical_size(),
                    segment.virtual_size(), static_cast<uint64_t>(segment.flags())));
  for (const lief::Symbol& symbol : file.dynamic_symbols())
    opinion.symbols.push_back(
        fmt::format("{} {:#x} {}", symbol.name(), symbol.value(), symbol.size()));
  for (const lief::SymbolVersionRequirement& need : file.symbols_version_requirement())
    for (const lief::SymbolVersionAuxRequirement& version : need.auxiliary_symbols())
      opinion.versions.push_back(need.name() + " " + version.name());
  return opinion;
}

}  // namespace elfwheel::test
