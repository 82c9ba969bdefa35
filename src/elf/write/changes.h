// What edits mean for one file, before anything is placed: the new dynamic array and every string
// it and the version tables refer to. Pure; no offset is decided here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elfwheel/elf/edit.h"
#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

// One reference into the dynamic string table that this program may change: a dynamic entry's
// value, a version need's vn_file, or the version definition that names the library itself.
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

struct Changes {
  std::vector<PlannedEntry> entries;  // the dynamic array without its DT_NULLs
  std::vector<StringSlot> slots;      // in order: entries, version needs, version base
  // slots of the i-th version need, and of the version definition with VER_FLG_BASE.
  std::vector<size_t> need_slots;
  std::optional<size_t> base_slot;
  // Offsets of strings that a dropped entry referred to.
  std::vector<uint64_t> dropped_strings;
  bool any = false;
};

// True for tags whose value is an offset into DT_STRTAB.
bool is_string_tag(uint64_t tag);

// Errors: kUnsupported, kUsage; see apply_edits.
Changes plan_changes(const ElfFile& file, const Edits& edits);

}  // namespace elfwheel::elf
