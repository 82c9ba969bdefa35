#include "elf/judges/unchanged.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace elfwheel::test {
namespace {

using namespace elf;

bool may_move(const Section& section) {
  switch (section.sh_type) {
    case SHT_STRTAB:
    case SHT_DYNAMIC:
    case SHT_DYNSYM:
    case SHT_HASH:
    case SHT_GNU_HASH:
    case SHT_GNU_versym:
    case SHT_GNU_verneed:
    case SHT_GNU_verdef:
    case SHT_NOTE:
      return true;
    default:
      return section.name == ".interp";
  }
}

bool is_table_tag(uint64_t tag) {
  return tag == DT_STRTAB || tag == DT_STRSZ || tag == DT_SYMTAB || tag == DT_HASH ||
         tag == DT_GNU_HASH || tag == DT_VERSYM || tag == DT_VERNEED || tag == DT_VERDEF;
}

bool is_filtee_tag(uint64_t tag) { return tag == DT_AUXILIARY || tag == DT_FILTER; }

bool is_edited_tag(uint64_t tag) {
  return tag == DT_NEEDED || tag == DT_SONAME || tag == DT_RPATH || tag == DT_RUNPATH;
}

uint64_t word_at(const ElfFile& file, Bytes bytes, size_t at) {
  const size_t width = file.is_64() ? 8 : 4;
  uint64_t value = 0;
  for (size_t i = 0; i < width; ++i) {
    const bool little = file.header().byte_order == ByteOrder::kLittle;
    const size_t place = little ? at + width - 1 - i : at + i;
    value = value << 8 | static_cast<uint64_t>(bytes.data()[place]);
  }
  return value;
}

// Equal but for words that hold the address of the dynamic section.
bool same_content(const ElfFile& before, Bytes old_bytes, const ElfFile& after, Bytes new_bytes) {
  if (old_bytes.text() == new_bytes.text()) return true;
  const size_t width = before.is_64() ? 8 : 4;
  for (size_t at = 0; at < old_bytes.size(); at += width) {
    const size_t size = std::min(width, old_bytes.size() - at);
    if (std::memcmp(old_bytes.data() + at, new_bytes.data() + at, size) == 0) continue;
    if (size < width || word_at(before, old_bytes, at) != raw(before.dynamic_address()) ||
        word_at(after, new_bytes, at) != raw(after.dynamic_address()))
      return false;
  }
  return true;
}

Bytes content(const ElfFile& file, const Section& section) {
  return file.bytes().sub(raw(section.sh_offset), section.sh_size, section.name);
}

// Relocations name symbols by their place in the table, which a new name may change.
bool holds_symbol_indices(const Section& section) {
  return section.sh_type == SHT_RELA || section.sh_type == SHT_REL;
}

void check_sections(const ElfFile& before, const ElfFile& after, const Edits& edits,
                    Lines& result) {
  const auto old_sections = before.sections();
  const auto new_sections = after.sections();
  if (old_sections.size() != new_sections.size()) {
    result.push_back(
        fmt::format("{} section headers became {}", old_sections.size(), new_sections.size()));
    return;
  }
  for (size_t i = 0; i < old_sections.size(); ++i) {
    const Section& a = old_sections[i];
    const Section& b = new_sections[i];
    // What cleared versions leave of these tables is judged by the versions.
    const bool of_versions = a.sh_type == SHT_GNU_versym || a.sh_type == SHT_GNU_verneed;
    if (of_versions && !edits.clear_versions.empty()) continue;
    if (a.name != b.name || a.sh_type != b.sh_type || a.sh_flags != b.sh_flags ||
        a.sh_link != b.sh_link || a.sh_info != b.sh_info)
      result.push_back(fmt::format("section header {} ({}) differs", i, a.name));
    const bool allocated = (a.sh_flags & SHF_ALLOC) != 0;
    const bool content_stays = allocated || a.name.rfind(".debug", 0) == 0 || a.name == ".comment";
    if (may_move(a) || !content_stays) continue;
    if (a.sh_size != b.sh_size ||
        (allocated && (a.sh_addr != b.sh_addr || a.sh_offset != b.sh_offset)))
      result.push_back(fmt::format("section {} moved", a.name));
    else if (allocated && holds_symbol_indices(a) && !edits.rename_symbols.empty())
      continue;
    else if (a.sh_type != SHT_NOBITS &&
             !same_content(before, content(before, a), after, content(after, b)))
      result.push_back(fmt::format("section {} has other bytes", a.name));
  }
}

bool is_fixed(const Segment& segment) {
  return segment.p_type != PT_PHDR && segment.p_type != PT_INTERP && segment.p_type != PT_NOTE &&
         segment.p_type != PT_GNU_PROPERTY && segment.p_type != PT_DYNAMIC;
}

void check_segments(const ElfFile& before, const ElfFile& after, const Edits& edits,
                    Lines& result) {
  for (Segment a : before.segments()) {
    if (edits.exec_stack && a.p_type == PT_GNU_STACK)
      a.p_flags = (a.p_flags & ~uint32_t{PF_X}) | (*edits.exec_stack ? PF_X : 0U);
    const bool found =
        std::any_of(after.segments().begin(), after.segments().end(), [&](const Segment& b) {
          return a.p_type == b.p_type && a.p_flags == b.p_flags && a.p_memsz == b.p_memsz &&
                 a.p_filesz == b.p_filesz && a.p_align == b.p_align &&
                 (!is_fixed(a) || (a.p_offset == b.p_offset && a.p_vaddr == b.p_vaddr));
        });
    const bool resized = a.p_type == PT_PHDR || a.p_type == PT_DYNAMIC ||
                         (a.p_type == PT_INTERP && edits.interpreter);
    if (!found && !resized)
      result.push_back(fmt::format("segment {} at {:#x} changed or is gone",
                                   segment_type_name(a.p_type), raw(a.p_vaddr)));
    // Without section headers: whatever is executable stays byte for byte.
    if (!before.sections().empty() || a.p_type != PT_LOAD || (a.p_flags & PF_X) == 0) continue;
    if (raw(a.p_offset) != 0 && before.bytes().sub(raw(a.p_offset), a.p_filesz, "code").text() !=
                                    after.bytes().sub(raw(a.p_offset), a.p_filesz, "code").text())
      result.push_back("executable segment has other bytes");
  }
}

// A count of relative relocations is a hint that may go where it makes room in a full section.
std::vector<DynEntry> other_entries(const ElfFile& file, bool with_hints, const Edits& edits) {
  std::vector<DynEntry> result;
  for (const DynEntry& entry : file.dynamic()) {
    if (is_edited_tag(entry.tag)) continue;
    if (edits.no_default_lib && entry.tag == DT_FLAGS_1) {
      if ((entry.value & ~uint64_t{DF_1_NODEFLIB}) != 0)
        result.push_back({entry.tag, entry.value & ~uint64_t{DF_1_NODEFLIB}});
      continue;
    }
    if (edits.debug_tag && entry.tag == DT_DEBUG) continue;
    const bool of_versions =
        entry.tag == DT_VERNEED || entry.tag == DT_VERNEEDNUM || entry.tag == DT_VERSYM;
    if (of_versions && !edits.clear_versions.empty()) continue;
    if (!with_hints && (entry.tag == DT_RELACOUNT || entry.tag == DT_RELCOUNT)) continue;
    const bool moves = is_table_tag(entry.tag) || is_filtee_tag(entry.tag);
    result.push_back(moves ? DynEntry{entry.tag, 0} : entry);
  }
  return result;
}

bool is_writable(const ElfFile& file, uint64_t address) {
  for (const Segment& load : file.segments())
    if (load.p_type == PT_LOAD && address >= raw(load.p_vaddr) &&
        address - raw(load.p_vaddr) < load.p_memsz)
      return (load.p_flags & PF_W) != 0;
  return true;
}

bool is_under_relro(const ElfFile& file) {
  const Segment* relro = file.find_segment(PT_GNU_RELRO);
  const Segment* dynamic = file.find_segment(PT_DYNAMIC);
  if (relro == nullptr || dynamic == nullptr) return false;
  return raw(dynamic->p_vaddr) >= raw(relro->p_vaddr) &&
         raw(dynamic->p_vaddr) + dynamic->p_memsz <= raw(relro->p_vaddr) + relro->p_memsz;
}

void check_protection(const ElfFile& before, const ElfFile& after, const Edits& edits,
                      Lines& result) {
  // A loader protects one region; a dynamic section that had to grow cannot stay in it.
  const bool had_to_move = before.dynamic_capacity() <= after.dynamic().size();
  const bool moved = before.dynamic_address() != after.dynamic_address();
  if (moved && !had_to_move) result.push_back("the dynamic section moved without need");
  if (!moved && is_under_relro(before) && !is_under_relro(after))
    result.push_back("PT_GNU_RELRO no longer covers the dynamic section");
  for (const DynEntry& entry : before.dynamic()) {
    if (!is_table_tag(entry.tag) || entry.tag == DT_STRSZ) continue;
    const auto now = after.find_dynamic(entry.tag);
    if (!now) continue;  // other_entries has an eye on that
    if (!is_writable(before, entry.value) && is_writable(after, *now))
      result.push_back(dyn_tag_name(entry.tag) + " is in a writable segment now");
  }
  for (const uint32_t type : {PT_INTERP, PT_NOTE}) {
    const Segment* a = before.find_segment(type);
    const Segment* b = after.find_segment(type);
    if (a != nullptr && b != nullptr && !is_writable(before, raw(a->p_vaddr)) &&
        is_writable(after, raw(b->p_vaddr)))
      result.push_back(segment_type_name(type) + " is in a writable segment now");
  }
  if (!edits.interpreter && before.interp() != after.interp())
    result.push_back("PT_INTERP differs");
}

// The symbols that `edits` must make of these: versions that go, then names that change.
Lines expected_symbols(Lines lines, const Edits& edits) {
  for (std::string& line : lines) {
    const size_t at = line.rfind(' ') + 1;
    std::string name = line.substr(at, line.find('@', at) - at);
    std::string version = line.substr(at + name.size());
    if (std::find(edits.clear_versions.begin(), edits.clear_versions.end(), name) !=
        edits.clear_versions.end())
      version.clear();
    for (const auto& [from, to] : edits.rename_symbols) {
      if (name != from) continue;
      name = to;
      break;
    }
    line = line.substr(0, at) + name + version;
  }
  return lines;
}

bool symbols_differ(const ElfFile& before, const ElfFile& after, const Edits& edits) {
  Lines wanted = expected_symbols(symbol_lines(before), edits);
  Lines found = symbol_lines(after);
  if (!edits.rename_symbols.empty()) {
    std::sort(wanted.begin(), wanted.end());
    std::sort(found.begin(), found.end());
  }
  return wanted != found;
}

}  // namespace

Lines unwanted_changes(const ElfFile& before, const ElfFile& after, const Edits& edits) {
  Lines result;
  check_segments(before, after, edits, result);
  check_sections(before, after, edits, result);
  check_protection(before, after, edits, result);
  const bool was_full = before.dynamic().size() + 1 >= before.dynamic_capacity();
  const bool with_hints = !was_full && edits.add_needed.size() < 2 && !edits.debug_tag;
  if (other_entries(before, with_hints, edits) != other_entries(after, with_hints, edits))
    result.push_back("other dynamic entries differ");
  for (const uint64_t tag : {DT_AUXILIARY, DT_FILTER})
    if (before.strings_of(tag) != after.strings_of(tag)) result.push_back("filtees differ");
  if (symbols_differ(before, after, edits)) result.push_back("symbols differ");
  if (note_lines(before) != note_lines(after)) result.push_back("notes differ");
  const size_t versions_before = version_lines(before).size();
  const size_t versions_after = version_lines(after).size();
  if (edits.clear_versions.empty() ? versions_before != versions_after
                                   : versions_before < versions_after)
    result.push_back("the number of versions differs");
  return result;
}

uint64_t moved_bytes(const ElfFile& before, const ElfFile& after) {
  const auto old_sections = before.sections();
  const auto new_sections = after.sections();
  uint64_t moved = 0;
  for (size_t i = 0; i < old_sections.size() && i < new_sections.size(); ++i)
    if (old_sections[i].sh_addr != new_sections[i].sh_addr) moved += new_sections[i].sh_size;
  if (old_sections.empty()) moved = after.dynamic_strings().size();
  return moved;
}

}  // namespace elfwheel::test
