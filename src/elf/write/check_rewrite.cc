// Reads an edited image from scratch and holds it against the original.

#include <fmt/format.h>

#include <algorithm>

#include "elf/write/changes.h"
#include "elf/write/movable.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/edit.h"
#include "elfwheel/elf/notes.h"
#include "elfwheel/elf/symbols.h"

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
    case DT_VERDEF:
      return true;
    default:
      return false;
  }
}

void check_header(const Header& a, const Header& b) {
  require(a.elf_class == b.elf_class && a.byte_order == b.byte_order && a.os_abi == b.os_abi &&
              a.abi_version == b.abi_version && a.e_type == b.e_type &&
              a.e_machine == b.e_machine && a.e_entry == b.e_entry && a.e_flags == b.e_flags &&
              a.e_shnum == b.e_shnum && a.e_shstrndx == b.e_shstrndx,
          "ELF header");
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
      return false;
    default:
      return true;
  }
}

void check_segments(const ElfFile& before, const ElfFile& after) {
  const OwnSegments own = find_own_segments(before, find_movable_chunks(before, before.sections()));
  for (size_t i = 0; i < before.segments().size(); ++i) {
    const Segment& segment = before.segments()[i];
    if (own.has(i) || !is_fixed(segment)) continue;
    require(std::any_of(after.segments().begin(), after.segments().end(),
                        [&](const Segment& other) { return same_place(segment, other); }),
            "program header table");
  }
  uint64_t end = 0;
  for (const Segment& segment : after.segments()) {
    if (segment.p_type != PT_LOAD) continue;
    const uint64_t align = std::max<uint64_t>(segment.p_align, 1);
    require(raw(segment.p_vaddr) >= end, "order of segments");
    require((raw(segment.p_vaddr) - raw(segment.p_offset)) % align == 0, "segment alignment");
    end = raw(segment.p_vaddr) + segment.p_memsz;
  }
}

void check_dynamic(const Changes& changes, const ElfFile& after) {
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
    } else if (!moves_with_its_table(entry.tag)) {
      require(entry.value == planned.value, "dynamic section");
    }
  }
}

void check_symbols(const ElfFile& before, const ElfFile& after) {
  const auto a = read_dynamic_symbols(before);
  const auto b = read_dynamic_symbols(after);
  const auto same = [](const DynamicSymbol& x, const DynamicSymbol& y) {
    return x.name == y.name && x.binding == y.binding && x.type == y.type &&
           x.visibility == y.visibility && x.section == y.section && x.size == y.size &&
           x.version == y.version && x.hidden_version == y.hidden_version;
  };
  require(a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same), "symbol table");
}

void check_versions(const Changes& changes, const ElfFile& before, const ElfFile& after) {
  const auto a = read_version_needs(before);
  const auto b = read_version_needs(after);
  require(a.size() == b.size() && a.size() == changes.need_slots.size(), "version needs");
  for (size_t i = 0; i < a.size(); ++i) {
    require(b[i].file == changes.slots[changes.need_slots[i]].text, "version needs");
    require(std::equal(a[i].versions.begin(), a[i].versions.end(), b[i].versions.begin(),
                       b[i].versions.end(),
                       [](const NeededVersion& x, const NeededVersion& y) {
                         return x.name == y.name && x.hash == y.hash && x.flags == y.flags &&
                                x.index == y.index;
                       }),
            "version needs");
  }
  const auto c = read_version_definitions(before);
  const auto d = read_version_definitions(after);
  require(c.size() == d.size(), "version definitions");
  for (size_t i = 0; i < c.size(); ++i) {
    const bool base = (c[i].flags & VER_FLG_BASE) != 0;
    require((base || (c[i].name == d[i].name && c[i].hash == d[i].hash)) &&
                c[i].index == d[i].index && c[i].flags == d[i].flags &&
                c[i].parents == d[i].parents,
            "version definitions");
  }
}

void check_notes(const ElfFile& before, const ElfFile& after) {
  const auto a = read_notes(before);
  const auto b = read_notes(after);
  const auto same = [](const Note& x, const Note& y) {
    return x.owner == y.owner && x.type == y.type && x.description.text() == y.description.text();
  };
  require(a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same), "notes");
}

}  // namespace

void check_rewrite(const ElfFile& original, const Edits& edits, Bytes image) {
  const Changes changes = plan_changes(original, edits);
  const ElfFile after = ElfFile::parse(image);
  check_header(original.header(), after.header());
  check_segments(original, after);
  require(original.interp() == after.interp(), "interpreter");
  check_dynamic(changes, after);
  check_symbols(original, after);
  check_versions(changes, original, after);
  check_notes(original, after);
}

}  // namespace elfwheel::elf
