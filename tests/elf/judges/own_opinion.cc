#include <fmt/format.h>

#include "elf/judges/lief.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::test {
namespace {

std::optional<std::string> owned(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

void compare(const char* what, const std::optional<std::string>& lief,
             const std::optional<std::string>& own, Lines& result) {
  if (lief != own)
    result.push_back(
        fmt::format("{}: LIEF {}, own {}", what, lief.value_or("none"), own.value_or("none")));
}

void compare(const char* what, const Lines& lief, const Lines& own, Lines& result) {
  if (lief.size() != own.size())
    result.push_back(fmt::format("{}: LIEF {}, own {}", what, lief.size(), own.size()));
  for (size_t i = 0; i < lief.size() && i < own.size(); ++i)
    if (lief[i] != own[i])
      result.push_back(fmt::format("{} {}: LIEF {}, own {}", what, i, lief[i], own[i]));
}

}  // namespace

SecondOpinion own_opinion(const elf::ElfFile& file) {
  using namespace elf;
  SecondOpinion opinion;
  for (const std::string_view name : file.needed()) opinion.needed.emplace_back(name);
  opinion.soname = owned(file.soname());
  opinion.rpath = owned(file.rpath());
  opinion.runpath = owned(file.runpath());
  opinion.interp = owned(file.interp());
  for (const Segment& segment : file.segments())
    opinion.segments.push_back(fmt::format("{} {:#x} {:#x} {:#x} {:#x} {}", segment.p_type,
                                           raw(segment.p_offset), raw(segment.p_vaddr),
                                           segment.p_filesz, segment.p_memsz, segment.p_flags));
  const bool has_sections = !file.sections().empty();
  for (const DynamicSymbol& symbol : read_dynamic_symbols(file))
    if (has_sections)
      opinion.symbols.push_back(fmt::format("{} {:#x} {}", symbol.name, symbol.value, symbol.size));
  for (const VersionNeed& need : read_version_needs(file))
    for (const NeededVersion& version : need.versions)
      opinion.versions.push_back(fmt::format("{} {}", need.file, version.name));
  return opinion;
}

Lines disagreements(const SecondOpinion& lief, const SecondOpinion& own) {
  Lines result;
  compare("needed", lief.needed, own.needed, result);
  compare("soname", lief.soname, own.soname, result);
  compare("rpath", lief.rpath, own.rpath, result);
  compare("runpath", lief.runpath, own.runpath, result);
  compare("interp", lief.interp, own.interp, result);
  compare("segment", lief.segments, own.segments, result);
  compare("symbol", lief.symbols, own.symbols, result);
  compare("version", lief.versions, own.versions, result);
  return result;
}

}  // namespace elfwheel::test
