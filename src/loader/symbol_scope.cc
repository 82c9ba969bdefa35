#include "loader/symbol_scope.h"

#include <algorithm>

#include "elfwheel/base/error.h"

namespace elfwheel::loader {
namespace {

using elf::DynamicSymbol;

// Versions by index. glibc enters those needed and then those defined (_dl_check_map_versions), so
// that of two with one index the defined one counts. The base version names the library and is none
// that a symbol could ask for.
std::vector<std::string_view> version_names(const elf::ElfFile& file) {
  std::vector<std::string_view> names;
  const auto set = [&](uint16_t index, std::string_view name) {
    if (names.size() <= index) names.resize(size_t{index} + 1);
    names[index] = name;
  };
  for (const elf::VersionNeed& need : elf::read_version_needs(file))
    for (const elf::NeededVersion& version : need.versions) set(version.index, version.name);
  for (const elf::DefinedVersion& version : elf::read_version_definitions(file))
    if ((version.flags & elf::VER_FLG_BASE) == 0)
      set(version.index & ~elf::VERSYM_HIDDEN, version.name);
  return names;
}

bool has_symbolic(const elf::ElfFile& file) {
  return file.find_dynamic(elf::DT_SYMBOLIC).has_value() ||
         (file.find_dynamic(elf::DT_FLAGS).value_or(0) & elf::DF_SYMBOLIC) != 0;
}

// Of a type that glibc's loader binds to.
bool is_data_or_code(const DynamicSymbol& symbol) {
  switch (symbol.type) {
    case elf::STT_NOTYPE:
    case elf::STT_OBJECT:
    case elf::STT_FUNC:
    case elf::STT_COMMON:
    case elf::STT_TLS:
    case elf::STT_GNU_IFUNC:
      return true;
    default:
      return false;
  }
}

bool is_bindable(const DynamicSymbol& symbol) {
  return symbol.binding == elf::STB_GLOBAL || symbol.binding == elf::STB_WEAK ||
         symbol.binding == elf::STB_GNU_UNIQUE;
}

bool stays_at_home(const DynamicSymbol& symbol) {
  return symbol.visibility == elf::STV_HIDDEN || symbol.visibility == elf::STV_INTERNAL;
}

enum class Match { kNo, kYes, kDefaultOfMany };

// By versions alone. An unversioned reference takes the oldest version, hidden or not, else the one
// default version there is.
Match match_version(const ScopeObject& object, const DynamicSymbol& symbol,
                    std::string_view wanted) {
  if (!object.symbols().has_versions()) return Match::kYes;
  if (wanted.empty()) {
    if (symbol.version <= elf::VER_NDX_GLOBAL + 1) return Match::kYes;
    return symbol.hidden_version ? Match::kNo : Match::kDefaultOfMany;
  }
  const std::string_view version = object.version_of(symbol);
  if (version == wanted) return Match::kYes;
  return version.empty() && !symbol.hidden_version ? Match::kYes : Match::kNo;
}

// glibc's do_lookup_x with check_match: what one object has for a reference.
std::optional<DynamicSymbol> choose_as_glibc(const ScopeObject& object,
                                             const std::vector<DynamicSymbol>& named,
                                             const Reference& reference) {
  const DynamicSymbol* chosen = nullptr;
  size_t defaults = 0;
  for (const DynamicSymbol& each : named) {
    const bool has_value =
        each.value != 0 || each.section == elf::SHN_ABS || each.type == elf::STT_TLS;
    if (!has_value || !is_data_or_code(each)) continue;
    if (reference.relocation == RelocationClass::kPlt && !each.is_defined()) continue;
    const Match match = match_version(object, each, reference.version);
    if (match == Match::kYes) {
      chosen = &each;
      defaults = 1;
      break;
    }
    if (match == Match::kDefaultOfMany && defaults++ == 0) chosen = &each;
  }
  if (defaults != 1 || stays_at_home(*chosen) || !is_bindable(*chosen)) return std::nullopt;
  return *chosen;
}

// musl's find_sym2: the first entry whose version is not hidden, whatever that version is, must do.
std::optional<DynamicSymbol> choose_as_musl(const std::vector<DynamicSymbol>& named,
                                            const Reference& reference) {
  for (const DynamicSymbol& each : named) {
    if (each.hidden_version) continue;
    if (!each.is_defined() &&
        (reference.relocation == RelocationClass::kPlt || each.type == elf::STT_TLS))
      return std::nullopt;
    if (each.value == 0 && each.type != elf::STT_TLS) return std::nullopt;
    if (!is_data_or_code(each) || each.type == elf::STT_GNU_IFUNC) return std::nullopt;
    if (!is_bindable(each)) return std::nullopt;
    return each;
  }
  return std::nullopt;
}

std::unique_ptr<FileContents> open_contents(const FileSystem& files, const std::string& path) {
  OpenedFile opened = files.open(path);
  if (opened.error != 0) throw io_error("cannot read", opened.error);
  return std::move(opened.contents);
}

}  // namespace

ScopeObject::ScopeObject(const FileSystem& files, const LinkMap& map, ObjectId id)
    : id_(id),
      path_(map.objects[id].path),
      contents_(open_contents(files, path_)),
      file_(elf::ElfFile::parse(contents_->bytes())),
      symbols_(file_),
      versions_(version_names(file_)),
      // The kernel starts a program with the shared search list alone.
      is_symbolic_(has_symbolic(file_) && !(id == 0 && map.objects[id].interp)) {}

std::optional<Definition> SymbolLookup::find_in(const ScopeObject& object,
                                                const elf::HashedName& name,
                                                const Reference& reference) const {
  // The program's own copy is what a copy relocation fills.
  if (reference.relocation == RelocationClass::kCopy && object.id() == 0) return std::nullopt;
  const std::vector<DynamicSymbol> named = object.symbols().named(name);
  if (named.empty()) return std::nullopt;
  const auto symbol = libc_ == elf::Libc::kMusl ? choose_as_musl(named, reference)
                                                : choose_as_glibc(object, named, reference);
  if (!symbol) return std::nullopt;
  return Definition{&object, *symbol};
}

std::optional<Definition> SymbolLookup::find_first(const Reference& reference) const {
  const elf::HashedName name(reference.symbol.name);
  if (reference.own_first)
    if (auto own = find_in(*reference.from, name, reference)) return own;
  for (const ScopeObject* object : *reference.scope)
    if (auto found = find_in(*object, name, reference)) return found;
  return std::nullopt;
}

std::vector<Definition> SymbolLookup::find_all(const Reference& reference) const {
  const elf::HashedName name(reference.symbol.name);
  std::vector<Definition> all;
  for (const ScopeObject* object : *reference.scope) {
    auto found = find_in(*object, name, reference);
    // A scope may have an object twice.
    const auto is_it = [&](const Definition& other) { return other.object == object; };
    if (found && std::none_of(all.begin(), all.end(), is_it)) all.push_back(*found);
  }
  return all;
}

const ScopeObject* SymbolLookup::find(const Reference& reference) {
  const ScopeObject* const found = look_up(reference);
  // A protected definition of one's own is what one gets where a call would go to another object.
  // Where a call would stay at home a pointer may still be that to the program's PLT, and a copy
  // that of another object's data.
  if (libc_ != elf::Libc::kMusl && reference.symbol.visibility == elf::STV_PROTECTED) {
    Reference call = reference;
    call.relocation = RelocationClass::kPlt;
    const ScopeObject* const called = look_up(call);
    if (called != nullptr && called != reference.from) return reference.from;
  }
  return found;
}

// One search with what STB_GNU_UNIQUE makes of its end.
const ScopeObject* SymbolLookup::look_up(const Reference& reference) {
  const std::optional<Definition> found = find_first(reference);
  if (!found) return nullptr;
  if (libc_ == elf::Libc::kMusl || found->symbol.binding != elf::STB_GNU_UNIQUE)
    return found->object;
  // A copy relocation makes the program's copy the one, but is itself initialised from what it
  // finds.
  const bool copies = reference.relocation == RelocationClass::kCopy;
  const ScopeObject* const first = copies ? reference.from : found->object;
  const auto& [name, one] = *unique_.try_emplace(reference.symbol.name, first).first;
  return copies ? found->object : one;
}

void SymbolLookup::forget(const ScopeObject& object) {
  std::erase_if(unique_, [&](const auto& entry) { return entry.second == &object; });
}

}  // namespace elfwheel::loader
