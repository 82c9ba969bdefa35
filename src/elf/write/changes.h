// What edits mean for one file, before anything is placed: the new dynamic array, every string that
// it, the version tables and renamed symbols refer to, and the new order of the symbols. Pure; no
// offset is decided here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elf/write/cache_note.h"
#include "elf/write/facts.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::elf {

inline constexpr uint64_t kSmallestPage = 0x1000;  // of any kernel

// One reference into the dynamic string table that this program may change: a dynamic entry's
// value, a version need's vn_file, the version definition that names the library itself, or the
// name of a symbol that is renamed.
struct StringSlot {
  std::string text;                    // what it shall say
  std::optional<uint64_t> old_offset;  // where its string is now; nothing for a new reference
  bool changed = false;                // text differs from what the file says
};

struct PlannedEntry {
  uint64_t tag = DT_NULL;
  uint64_t value = 0;          // kept as it is unless `slot` is set
  std::optional<size_t> slot;  // index into Changes::slots
};

// A version need that stays, with those of its versions that stay, by their places in the file.
struct PlannedNeed {
  size_t need = 0;
  std::vector<size_t> versions;
  size_t slot = 0;
};

struct RenamedSymbol {
  size_t symbol = 0;  // its old index
  size_t slot = 0;
};

struct Changes {
  // Whether anything below concerns the dynamic section and its tables; if not, they are empty here
  // and stay as they are.
  bool has_tables = false;
  std::vector<PlannedEntry> entries;  // the dynamic array without its DT_NULLs
  std::vector<StringSlot> slots;      // in order: entries, version needs, version base, symbols
  std::vector<PlannedNeed> needs;     // in order
  bool needs_dropped = false;         // fewer needs or versions than the file has
  bool versions_gone = false;         // none needed, none defined: DT_VERSYM goes, too
  std::optional<size_t> base_slot;    // of the version definition with VER_FLG_BASE
  // Offsets of strings that a dropped entry, need or version referred to.
  std::vector<uint64_t> dropped_strings;

  std::vector<RenamedSymbol> renamed;
  std::vector<size_t> unversioned;  // symbols, by old index, that become VER_NDX_GLOBAL
  // New index of each symbol; empty when all stay where they are. DT_GNU_HASH wants the symbols of
  // one bucket side by side, so that a renamed one may have to move.
  std::vector<uint32_t> new_index;

  std::optional<std::string> interpreter;
  std::optional<CacheNote> cache_note;
  std::optional<bool> exec_stack;
  bool adds_stack_segment = false;  // the file has no PT_GNU_STACK
  std::optional<uint8_t> os_abi;
  uint64_t page_size = 0;  // as Edits::page_size

  bool any = false;

  uint32_t index_of(uint32_t symbol) const {
    return symbol < new_index.size() ? new_index[symbol] : symbol;
  }
};

// Tags of the MIPS supplement (glibc elf/elf.h): where debuggers look, relative to the entry
// itself; a hash table of its own kind.
inline constexpr uint64_t kMipsRldMapRel = 0x70000035;
inline constexpr uint64_t kMipsXhash = 0x70000036;

// True for tags whose value is an offset into DT_STRTAB.
bool is_string_tag(uint64_t tag);

// Errors: kUnsupported, kUsage; see apply_edits.
Changes plan_changes(const FileFacts& facts, const Edits& edits);

// What `name` is called after Edits::replace_needed.
std::string replaced_name(const std::vector<std::pair<std::string, std::string>>& names,
                          std::string_view name);

// Adds a slot and returns its index.
size_t add_slot(Changes& changes, std::string text, std::optional<uint64_t> old_offset,
                bool changed);

// The parts of plan_changes that concern symbols and their versions (symbol_plan.cc), called after
// the dynamic entries are planned: changes.entries say which libraries are still needed.
void plan_version_changes(const FileFacts& facts, const Edits& edits, Changes& changes);
void plan_symbol_renames(const FileFacts& facts, const Edits& edits, Changes& changes);

}  // namespace elfwheel::elf
