#include "elfwheel/elf/symbol_versions.h"

namespace elfwheel::elf {

SymbolVersions::SymbolVersions(const ElfFile& file) {
  // Without a version for each symbol the tables say nothing about symbols.
  if (!file.find_dynamic(DT_VERSYM)) return;
  // An index that stands in both tables is a definition's, as in binutils.
  for (const DefinedVersion& version : read_version_definitions(file))
    by_index_.try_emplace(version.index,
                          Version{version.name, {}, false, version.flags == VER_FLG_BASE});
  for (const VersionNeed& need : read_version_needs(file))
    for (const NeededVersion& version : need.versions)
      by_index_.try_emplace(version.index, Version{version.name, need.file, true, false});
}

SymbolVersion SymbolVersions::find(const DynamicSymbol& symbol) const {
  if (symbol.version == VER_NDX_LOCAL || by_index_.empty()) return {};
  const auto found = by_index_.find(symbol.version);
  const bool known = found != by_index_.end();
  if (symbol.version == VER_NDX_GLOBAL &&
      (!known || found->second.is_needed || found->second.is_base))
    return {};
  if (!known) return {"<corrupt>", {}, !symbol.hidden_version};
  const Version& version = found->second;
  if (version.is_needed) return {version.name, version.library, false};
  if (version.name == symbol.name) return {};
  return {version.name, {}, !symbol.hidden_version};
}

}  // namespace elfwheel::elf
