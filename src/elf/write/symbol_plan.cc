// Edits -> Changes, the part about symbols: versions that go, and names that change. The names in
// DT_GNU_HASH are looked up by bucket, and the symbols of a bucket stand side by side in the table:
// a name of another bucket means another place, and every table that counts symbols follows.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "elf/write/changes.h"
#include "elf/write/hash_tables.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Which version indices symbols use, before and after the edit.
struct VersionUse {
  std::set<uint16_t> before, after;
  std::map<uint16_t, std::string_view> user;  // a symbol that still uses the version
};

VersionUse plan_unversioned(const FileFacts& facts, const Edits& edits, Changes& changes) {
  VersionUse use;
  for (size_t i = 1; i < facts.symbols.size(); ++i) {
    const DynamicSymbol& symbol = facts.symbols[i];
    if (symbol.version <= VER_NDX_GLOBAL) continue;
    use.before.insert(symbol.version);
    if (contains(edits.clear_versions, symbol.name)) {
      changes.unversioned.push_back(i);
    } else {
      use.after.insert(symbol.version);
      use.user.emplace(symbol.version, symbol.name);
    }
  }
  changes.any = changes.any || !changes.unversioned.empty();
  return use;
}

bool is_needed(const Changes& changes, const std::string& library) {
  return std::any_of(changes.entries.begin(), changes.entries.end(),
                     [&](const PlannedEntry& entry) {
                       return entry.tag == DT_NEEDED && changes.slots[*entry.slot].text == library;
                     });
}

// A version need whose library is no longer needed makes ld.so stop with an assertion. It can go
// when no symbol uses its versions; else the symbols would have to change their meaning.
bool goes_with_its_library(const Edits& edits, const Changes& changes, const VersionNeed& need,
                           const VersionUse& use) {
  if (!contains(edits.remove_needed, need.file)) return false;
  if (is_needed(changes, replaced_name(edits.replace_needed, need.file))) return false;
  for (const NeededVersion& version : need.versions) {
    if (use.after.count(version.index) == 0) continue;
    throw Error(ErrorCode::kUnsupported,
                fmt::format("cannot remove needed library {}: symbol {} needs its version {}; "
                            "clear the versions of such symbols, or replace the library",
                            need.file, use.user.at(version.index), version.name));
  }
  return true;
}

void drop_text(const ElfFile& file, std::string_view text, Changes& changes) {
  changes.dropped_strings.push_back(string_offset(file, text));
}

bool has_packed_relocations(const ElfFile& file) {
  // DT_ANDROID_REL and DT_ANDROID_RELA (Android's linker), DT_CREL (LLVM).
  constexpr uint64_t kAndroidRel = 0x6000000f, kAndroidRela = 0x60000011, kCrel = 0x40000026;
  return file.find_dynamic(kAndroidRel) || file.find_dynamic(kAndroidRela) ||
         file.find_dynamic(kCrel);
}

// Tables that this program cannot put into a new order.
void check_order_can_change(const FileFacts& facts) {
  const ElfFile& file = facts.file;
  const bool indexed = file.find_dynamic(DT_SYMTAB_SHNDX).has_value();
  // MIPS counts its global offset table by the symbol table's order.
  if (file.header().e_machine == EM_MIPS || indexed || has_packed_relocations(file))
    throw Error(ErrorCode::kUnsupported,
                "the new symbol name belongs elsewhere in the symbol table, and a table of this "
                "file that depends on its order cannot be rewritten");
}

// Two definitions of one name and version would leave it open which one is found.
void check_unambiguous(const FileFacts& facts, const Changes& changes) {
  std::set<std::pair<std::string_view, uint16_t>> defined;
  std::map<size_t, const RenamedSymbol*> renames;
  for (const RenamedSymbol& each : changes.renamed) renames.emplace(each.symbol, &each);
  for (size_t i = 1; i < facts.symbols.size(); ++i) {
    const DynamicSymbol& symbol = facts.symbols[i];
    if (!symbol.is_defined() || renames.count(i) != 0) continue;
    defined.emplace(symbol.name, symbol.version);
  }
  for (const RenamedSymbol& each : changes.renamed) {
    const DynamicSymbol& symbol = facts.symbols[each.symbol];
    if (!symbol.is_defined()) continue;
    if (!defined.emplace(changes.slots[each.slot].text, symbol.version).second)
      throw Error(ErrorCode::kUnsupported,
                  fmt::format("cannot rename symbol {}: the file already defines {}", symbol.name,
                              changes.slots[each.slot].text));
  }
}

}  // namespace

void plan_version_changes(const FileFacts& facts, const Edits& edits, Changes& changes) {
  const VersionUse use = plan_unversioned(facts, edits, changes);
  for (size_t i = 0; i < facts.needs.size(); ++i) {
    const VersionNeed& need = facts.needs[i];
    PlannedNeed planned{i, {}, 0};
    const bool all_go = goes_with_its_library(edits, changes, need, use);
    for (size_t j = 0; j < need.versions.size(); ++j) {
      const uint16_t index = need.versions[j].index;
      // A version that nobody used before may be there for its own sake, e.g. GLIBC_ABI_DT_RELR.
      const bool goes = all_go || (use.before.count(index) != 0 && use.after.count(index) == 0);
      if (!goes) planned.versions.push_back(j);
      if (goes) drop_text(facts.file, need.versions[j].name, changes);
    }
    if (planned.versions.size() != need.versions.size()) changes.needs_dropped = true;
    if (all_go || (planned.versions.empty() && !need.versions.empty())) {
      drop_text(facts.file, need.file, changes);
      changes.needs_dropped = true;
      continue;
    }
    const std::string name = replaced_name(edits.replace_needed, need.file);
    planned.slot = add_slot(changes, name, string_offset(facts.file, need.file), name != need.file);
    changes.needs.push_back(std::move(planned));
  }
  if (!changes.needs_dropped) return;
  changes.any = true;
  if (!changes.needs.empty()) return;
  // ld.so takes DT_VERSYM for a sign that there are versions to look up.
  changes.versions_gone = facts.definitions.empty();
  std::erase_if(changes.entries, [&](const PlannedEntry& entry) {
    return entry.tag == DT_VERNEED || entry.tag == DT_VERNEEDNUM ||
           (entry.tag == DT_VERSYM && changes.versions_gone);
  });
}

void plan_symbol_renames(const FileFacts& facts, const Edits& edits, Changes& changes) {
  if (edits.rename_symbols.empty()) return;
  const std::map<std::string_view, std::string_view> names(edits.rename_symbols.begin(),
                                                           edits.rename_symbols.end());
  for (size_t i = 1; i < facts.symbols.size(); ++i) {
    const auto found = names.find(facts.symbols[i].name);
    if (found == names.end() || found->first == found->second) continue;
    const size_t slot = add_slot(changes, std::string(found->second),
                                 string_offset(facts.file, facts.symbols[i].name), true);
    changes.renamed.push_back({i, slot});
  }
  if (changes.renamed.empty()) return;
  if (facts.file.header().e_machine == EM_MIPS && facts.file.find_dynamic(kMipsXhash))
    throw Error(ErrorCode::kUnsupported, "cannot rename symbols: DT_MIPS_XHASH cannot be rebuilt");
  check_unambiguous(facts, changes);
  changes.new_index = plan_symbol_order(facts, changes);
  if (!changes.new_index.empty()) check_order_can_change(facts);
}

}  // namespace elfwheel::elf
