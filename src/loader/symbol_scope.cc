#include "loader/symbol_scope.h"

#include <algorithm>

#include "elfwheel/base/error.h"

namespace elfwheel::loader {
namespace {

using elf::DynamicSymbol;

// Versions by index: those defined, then those needed. The base version names the library and is
// none that a symbol could ask for.
std::vector<std::string_view> version_names(const elf::ElfFile& file) {
  std::vector<std::string_view> names;
  const auto set = [&](uint16_t index, std::string_view name) {
    if (names.size() <= index) names.resize(size_t{index} + 1);
    names[index] = name;
  };
  for (const elf::DefinedVersion& version : elf::read_version_definitions(file))
    if ((version.flags & elf::VER_FLG_BASE) == 0)
      set(version.index & ~elf::VERSYM_HIDDEN, version.name);
  for (const elf::VersionNeed& need : elf::read_version_needs(file))
    for (const elf::NeededVersion& version : need.versions) set(version.index, version.name);
  return names;
}

bool has_symbolic(const elf::ElfFile& file) {
  return file.find_dynamic(elf::DT_SYMBOLIC).has_value() ||
         (file.find_dynamic(elf::DT_FLAGS).value_or(0) & elf::DF_SYMBOLIC) != 0;
}

bool may_be_bound(const DynamicSymbol& symbol) {
  switch (symbol.type) {
    case elf::STT_NOTYPE:
    case elf::STT_OBJECT:
    case elf::STT_FUNC:
    case elf::STT_COMMON:
    case elf::STT_TLS:
    case elf::STT_GNU_IFUNC:
      return symbol.value != 0 || symbol.section == elf::SHN_ABS || symbol.type == elf::STT_TLS;
    default:
      return false;
  }
}

bool stays_at_home(const DynamicSymbol& symbol) {
  return symbol.visibility == elf::STV_HIDDEN || symbol.visibility == elf::STV_INTERNAL;
}

enum class Match { kNo, kYes, kDefaultOfMany };

// By versions alone. An unversioned reference takes the oldest version, hidden or not, else the one
// default version there is.
Match match_version(const ScopeObject& object, const DynamicSymbol& symbol,
                    std::string_view wanted) {
  if (!object.has_versions) return Match::kYes;
  if (wanted.empty()) {
    if (symbol.version <= elf::VER_NDX_GLOBAL + 1) return Match::kYes;
    return symbol.hidden_version ? Match::kNo : Match::kDefaultOfMany;
  }
  const std::string_view version = object.version_of(symbol);
  if (version == wanted) return Match::kYes;
  return version.empty() && !symbol.hidden_version ? Match::kYes : Match::kNo;
}

}  // namespace

ScopeObject read_scope_object(const FileSystem& files, const LinkMap& map, ObjectId id) {
  const LoadedObject& loaded = map.objects[id];
  return with_where(loaded.path, [&] {
    OpenedFile opened = files.open(loaded.path);
    if (opened.error != 0) throw io_error("cannot read", opened.error);
    ScopeObject object;
    object.id = id;
    object.contents = std::move(opened.contents);
    object.file = elf::ElfFile::parse(object.contents->bytes());
    object.symbols = elf::read_dynamic_symbols(*object.file);
    object.relocations = elf::read_symbol_relocations(*object.file);
    object.versions = version_names(*object.file);
    object.has_versions = object.file->find_dynamic(elf::DT_VERSYM).has_value();
    object.first_hashed = elf::first_hashed_symbol(*object.file);
    // The kernel starts a program with the shared search list alone.
    object.is_symbolic = has_symbolic(*object.file) && !(id == 0 && loaded.interp);
    return object;
  });
}

SymbolScope::SymbolScope(const std::vector<ScopeObject>& objects) : objects_(objects) {
  collect_names();
  for (size_t i = 0; i < objects_.size(); ++i) {
    const std::vector<DynamicSymbol>& symbols = objects_[i].symbols;
    for (size_t j = objects_[i].first_hashed; j < symbols.size(); ++j) {
      if (!may_be_bound(symbols[j])) continue;
      const auto found = candidates_.find(symbols[j].name);
      if (found != candidates_.end()) found->second.push_back({i, &symbols[j]});
    }
  }
}

void SymbolScope::collect_names() {
  for (const ScopeObject& object : objects_)
    for (const elf::Relocation& relocation : object.relocations)
      if (relocation.symbol < object.symbols.size())
        candidates_.try_emplace(object.symbols[relocation.symbol].name);
}

const DynamicSymbol* SymbolScope::find_in(const ScopeObject& object, const Candidate* begin,
                                          const Candidate* end, const Reference& reference) const {
  const bool plt = reference.relocation == RelocationClass::kPlt;
  const DynamicSymbol* only_default = nullptr;
  size_t defaults = 0;
  for (const Candidate* each = begin; each != end; ++each) {
    if (plt && !each->symbol->is_defined()) continue;
    switch (match_version(object, *each->symbol, reference.version)) {
      case Match::kYes:
        return each->symbol;
      case Match::kDefaultOfMany:
        if (defaults++ == 0) only_default = each->symbol;
        break;
      case Match::kNo:
        break;
    }
  }
  return defaults == 1 ? only_default : nullptr;
}

std::optional<SymbolScope::Candidate> SymbolScope::find_first(const Reference& reference,
                                                              const Candidates& candidates) const {
  const Candidate* const all_end = candidates.data() + candidates.size();
  const auto search = [&](size_t object, const Candidate* begin,
                          const Candidate* end) -> const DynamicSymbol* {
    if (reference.relocation == RelocationClass::kCopy && object == 0) return nullptr;
    const DynamicSymbol* const symbol = find_in(objects_[object], begin, end, reference);
    if (symbol == nullptr || stays_at_home(*symbol)) return nullptr;
    const bool bindable = symbol->binding == elf::STB_GLOBAL || symbol->binding == elf::STB_WEAK ||
                          symbol->binding == elf::STB_GNU_UNIQUE;
    return bindable ? symbol : nullptr;
  };
  if (objects_[reference.from].is_symbolic) {
    const auto own = std::equal_range(
        candidates.data(), all_end, Candidate{reference.from, nullptr},
        [](const Candidate& a, const Candidate& b) { return a.object < b.object; });
    if (const DynamicSymbol* symbol = search(reference.from, own.first, own.second))
      return Candidate{reference.from, symbol};
  }
  for (const Candidate* begin = candidates.data(); begin != all_end;) {
    const size_t object = begin->object;
    const Candidate* end = begin;
    while (end != all_end && end->object == object) ++end;
    if (const DynamicSymbol* symbol = search(object, begin, end)) return Candidate{object, symbol};
    begin = end;
  }
  return std::nullopt;
}

std::optional<size_t> SymbolScope::find(const Reference& reference) {
  const auto candidates = candidates_.find(reference.symbol->name);
  if (candidates == candidates_.end()) return std::nullopt;
  const std::optional<Candidate> found = find_first(reference, candidates->second);
  std::optional<size_t> result;
  if (found) result = found->object;
  if (found && found->symbol->binding == elf::STB_GNU_UNIQUE) {
    // A copy relocation makes the program's copy the one, but is itself initialised from what it
    // finds.
    const bool copies = reference.relocation == RelocationClass::kCopy;
    const size_t first = copies ? reference.from : found->object;
    const auto& [name, one] = *unique_.try_emplace(reference.symbol->name, first).first;
    if (!copies) result = one;
  }
  // A protected definition of one's own is what one gets, wherever the search has ended.
  if (reference.symbol->visibility == elf::STV_PROTECTED) {
    Reference as_plt = reference;
    as_plt.relocation = RelocationClass::kPlt;
    if (find_first(as_plt, candidates->second)) result = reference.from;
  }
  return result;
}

}  // namespace elfwheel::loader
