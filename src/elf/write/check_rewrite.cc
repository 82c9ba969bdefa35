// Reads an edited image from scratch and holds it against the original.

#include <fmt/format.h>

#include <algorithm>

#include "elf/read/parse_headers.h"
#include "elfwheel/elf/relocations.h"
#include "elf/write/planned_edit.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/notes.h"

namespace elfwheel::elf {
namespace {

void require(bool same, const char* what) {
  if (!same)
    throw Error(ErrorCode::kCorrupt,
                fmt::format("the file contradicts itself: after the edit its {} would not read as "
                            "before; nothing was written",
                            what));
}

bool moves_with_its_table(uint64_t tag) {
  switch (tag) {
    case DT_STRTAB:
    case DT_STRSZ:
    case DT_HASH:
    case DT_GNU_HASH:
    case DT_SYMTAB:
    case DT_VERSYM:
    case DT_VERNEED:
    case DT_VERNEEDNUM:
    case DT_VERDEF:
      return true;
    default:
      return false;
  }
}

void check_header(const Changes& changes, const Header& a, const Header& b) {
  require(a.elf_class == b.elf_class && a.byte_order == b.byte_order &&
              changes.os_abi.value_or(a.os_abi) == b.os_abi && a.abi_version == b.abi_version &&
              a.e_type == b.e_type && a.e_machine == b.e_machine && a.e_entry == b.e_entry &&
              a.e_flags == b.e_flags && a.e_shstrndx == b.e_shstrndx,
          "ELF header");
  // A note that is added may have a section header.
  const bool one_more = changes.cache_note && b.e_shnum == a.e_shnum + 1;
  require(a.e_shnum == b.e_shnum || one_more, "section header table");
}

bool same_place(const Segment& a, const Segment& b) {
  return a.p_type == b.p_type && a.p_flags == b.p_flags && a.p_offset == b.p_offset &&
         a.p_vaddr == b.p_vaddr && a.p_filesz == b.p_filesz && a.p_memsz == b.p_memsz &&
         a.p_align == b.p_align;
}

// Segments whose place is theirs for good; others may move with the tables.
bool is_fixed(const Segment& segment) {
  switch (segment.p_type) {
    case PT_NULL:
    case PT_PHDR:
    case PT_INTERP:
    case PT_NOTE:
    case PT_GNU_PROPERTY:
    case PT_DYNAMIC:
    case PT_GNU_STACK:
      return false;
    default:
      return true;
  }
}

void check_segments(const PlannedEdit& edit, const ElfFile& after) {
  const std::vector<Segment>& before = edit.facts.file.segments();
  for (size_t i = 0; i < before.size(); ++i) {
    if (edit.facts.own.has(i) || !is_fixed(before[i])) continue;
    require(std::any_of(after.segments().begin(), after.segments().end(),
                        [&](const Segment& other) { return same_place(before[i], other); }),
            "program header table");
  }
  const std::optional<bool> stack = edit.changes.exec_stack;
  require(wants_exec_stack(after) == (stack ? stack : wants_exec_stack(edit.facts.file)),
          "program header PT_GNU_STACK");
  uint64_t end = 0;
  for (const Segment& segment : after.segments()) {
    if (segment.p_type != PT_LOAD) continue;
    const uint64_t align = std::max<uint64_t>(segment.p_align, 1);
    require(raw(segment.p_vaddr) >= end, "order of segments");
    require((raw(segment.p_vaddr) - raw(segment.p_offset)) % align == 0, "segment alignment");
    end = raw(segment.p_vaddr) + segment.p_memsz;
  }
}

// The address that DT_MIPS_RLD_MAP_REL means.
uint64_t rld_map(const ElfFile& file) {
  const std::vector<DynEntry>& entries = file.dynamic();
  for (size_t i = 0; i < entries.size(); ++i)
    if (entries[i].tag == kMipsRldMapRel) {
      const uint64_t address =
          raw(file.dynamic_address()) + i * dynamic_entry_size(file.header()) + entries[i].value;
      return file.is_64() ? address : static_cast<uint32_t>(address);
    }
  return 0;
}

void check_dynamic(const Changes& changes, const ElfFile& before, const ElfFile& after) {
  require(after.dynamic().size() == changes.entries.size() &&
              after.dynamic_capacity() > after.dynamic().size(),
          "dynamic section");
  for (size_t i = 0; i < changes.entries.size(); ++i) {
    const PlannedEntry& planned = changes.entries[i];
    const DynEntry& entry = after.dynamic()[i];
    require(entry.tag == planned.tag, "dynamic section");
    if (planned.slot) {
      require(after.dynamic_string(entry.value) == changes.slots[*planned.slot].text,
              "dynamic section");
    } else if (entry.tag == kMipsRldMapRel && after.header().e_machine == EM_MIPS) {
      require(rld_map(before) == rld_map(after), "dynamic section");
    } else if (!moves_with_its_table(entry.tag)) {
      require(entry.value == planned.value, "dynamic section");
    }
  }
}

void check_symbols(const PlannedEdit& edit, const FileFacts& after) {
  const std::vector<DynamicSymbol>& a = edit.facts.symbols;
  const std::vector<DynamicSymbol>& b = after.symbols;
  require(a.size() == b.size(), "symbol table");
  std::vector<std::optional<std::string_view>> names(a.size());
  for (const RenamedSymbol& each : edit.changes.renamed)
    names[each.symbol] = edit.changes.slots[each.slot].text;
  std::vector<bool> unversioned(a.size());
  for (const size_t symbol : edit.changes.unversioned) unversioned[symbol] = true;
  for (size_t i = 0; i < a.size(); ++i) {
    const DynamicSymbol& x = a[i];
    const DynamicSymbol& y = b[edit.changes.index_of(static_cast<uint32_t>(i))];
    const bool same_version = unversioned[i] || edit.changes.versions_gone
                                  ? y.version == VER_NDX_GLOBAL && !y.hidden_version
                                  : x.version == y.version && x.hidden_version == y.hidden_version;
    require(names[i].value_or(x.name) == y.name && x.binding == y.binding && x.type == y.type &&
                x.visibility == y.visibility && x.section == y.section && x.size == y.size &&
                same_version,
            "symbol table");
  }
}

// Relocations of symbols that moved within the table.
void check_relocations(const PlannedEdit& edit, const ElfFile& after) {
  if (edit.changes.new_index.empty()) return;  // check_untouched has seen to that
  const std::vector<Relocation> a = read_symbol_relocations(edit.facts.file);
  const std::vector<Relocation> b = read_symbol_relocations(after);
  require(a.size() == b.size(), "relocations");
  for (size_t i = 0; i < a.size(); ++i)
    require(a[i].offset == b[i].offset && edit.changes.index_of(a[i].symbol) == b[i].symbol,
            "relocations");
}

void check_versions(const PlannedEdit& edit, const FileFacts& after) {
  const Changes& changes = edit.changes;
  const std::vector<VersionNeed>& needs = after.needs;
  require(needs.size() == changes.needs.size(), "version needs");
  for (size_t i = 0; i < needs.size(); ++i) {
    const PlannedNeed& planned = changes.needs[i];
    require(needs[i].file == changes.slots[planned.slot].text &&
                needs[i].versions.size() == planned.versions.size(),
            "version needs");
    for (size_t j = 0; j < planned.versions.size(); ++j) {
      const NeededVersion& x = edit.facts.needs[planned.need].versions[planned.versions[j]];
      const NeededVersion& y = needs[i].versions[j];
      require(x.name == y.name && x.hash == y.hash && x.flags == y.flags && x.index == y.index,
              "version needs");
    }
  }
  const std::vector<DefinedVersion>& c = edit.facts.definitions;
  const std::vector<DefinedVersion>& d = after.definitions;
  require(c.size() == d.size(), "version definitions");
  for (size_t i = 0; i < c.size(); ++i) {
    const bool base = (c[i].flags & VER_FLG_BASE) != 0;
    require((base || (c[i].name == d[i].name && c[i].hash == d[i].hash)) &&
                c[i].index == d[i].index && c[i].flags == d[i].flags &&
                c[i].parents == d[i].parents,
            "version definitions");
  }
}

// Tables that the edit is not about, where they can be read at all: in a file that contradicts
// itself the headers lie over them.
void check_other_tables(const ElfFile& before, const ElfFile& after) {
  const auto same = [&](auto read) {
    decltype(read(before)) wanted;
    try {
      wanted = read(before);
    } catch (const Error&) {
      return true;
    }
    return read(after) == wanted;
  };
  require(before.dynamic() == after.dynamic() &&
              before.dynamic_strings().text() == after.dynamic_strings().text(),
          "dynamic section");
  require(same(read_dynamic_symbols), "symbol table");
  require(same(read_version_needs), "version needs");
  require(same(read_version_definitions), "version definitions");
  require(same(read_symbol_relocations), "relocations");
}

void check_notes(const PlannedEdit& edit, const ElfFile& after) {
  std::vector<Note> a = read_notes(edit.facts.file);
  std::vector<Note> b = read_notes(after);
  if (edit.changes.cache_note) {
    std::erase_if(a, is_cache_note);
    const auto is_wanted = [&](const Note& note) {
      return is_cache_note(note) && !edit.changes.cache_note->content.empty();
    };
    require(std::erase_if(b, is_wanted) == (edit.changes.cache_note->content.empty() ? 0 : 1),
            "notes");
  }
  const auto same = [](const Note& x, const Note& y) {
    return x.owner == y.owner && x.type == y.type && x.description.text() == y.description.text();
  };
  require(a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same), "notes");
}

// The result must be a file that could be edited again.
FileFacts facts_of_result(const ElfFile& after) {
  try {
    FileFacts facts = read_facts(after);
    check_consistent(facts);
    return facts;
  } catch (const Error& error) {
    throw Error(
        ErrorCode::kCorrupt,
        fmt::format("the file contradicts itself: after the edit it could not be read ({}); "
                    "nothing was written",
                    error.what()));
  }
}

}  // namespace

void check_image(const PlannedEdit& edit, Bytes image) {
  const ElfFile& original = edit.facts.file;
  const Changes& changes = edit.changes;
  const ElfFile after = ElfFile::parse(image);
  check_header(changes, original.header(), after.header());
  check_segments(edit, after);
  if (changes.interpreter) {
    require(after.interp() == *changes.interpreter, "interpreter");
  } else {
    require(original.interp() == after.interp(), "interpreter");
  }
  check_notes(edit, after);
  if (!changes.has_tables) {
    check_other_tables(original, after);
    return;
  }
  check_dynamic(changes, original, after);
  check_relocations(edit, after);
  const FileFacts facts = facts_of_result(after);
  check_symbols(edit, facts);
  check_versions(edit, facts);
}

void check_rewrite(const ElfFile& original, const Edits& edits, Bytes image) {
  check_image(plan_edit(original, edits), image);
}

}  // namespace elfwheel::elf
