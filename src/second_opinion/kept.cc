// Every rule here is stated again and on its own, not taken from the writer: it is the point of a
// second opinion that one mistake cannot be made twice.

#include "second_opinion/kept.h"

#include <algorithm>
#include <map>
#include <set>

#include "second_opinion/words.h"

namespace elfwheel::second_opinion {
namespace {

using elf::Edits;
using Lines = std::vector<std::string>;

constexpr char kBefore[] = " after the edit where it read ";
constexpr char kWanted[] = " after the edit where it should read ";

void add(Lines& lines, std::string difference) {
  if (!difference.empty()) lines.push_back(std::move(difference));
}

bool edits_needed(const Edits& edits) {
  return !edits.remove_needed.empty() || !edits.replace_needed.empty() || !edits.add_needed.empty();
}

bool edits_rpath(const Edits& edits) {
  return edits.rpath || edits.rpath_tag != elf::RpathTag::kKeep;
}

// Version needs may go with a library, or with the symbols that lose their version.
bool drops_versions(const Edits& edits) {
  return !edits.clear_versions.empty() || !edits.remove_needed.empty();
}

// Where libraries are found changes; so a note that says where they were found goes, or is set.
bool edits_notes(const Edits& edits) {
  return edits.resolution_cache || edits_needed(edits) || edits_rpath(edits);
}

constexpr std::string_view kCacheNote = ".note.nixos.ldcache";

void check_strings(const Facts& a, const Facts& b, const Edits& edits, Lines& lines) {
  const auto value = [&](const char* what, auto member, const auto& wanted) {
    if (wanted)
      add(lines, value_difference(what, b.*member, kWanted, wanted));
    else
      add(lines, value_difference(what, b.*member, kBefore, a.*member));
  };
  value("soname", &Facts::soname, edits.soname);
  value("interpreter", &Facts::interpreter, edits.interpreter);
  if (!edits_needed(edits)) add(lines, first_difference("needed", b.needed, kBefore, a.needed));
  if (!edits_rpath(edits)) {
    value("rpath", &Facts::rpath, std::optional<std::string>());
    value("runpath", &Facts::runpath, std::optional<std::string>());
  } else if (edits.rpath && edits.rpath->empty()) {
    add(lines, value_difference("rpath", b.rpath, kWanted, std::optional<std::string>()));
    add(lines, value_difference("runpath", b.runpath, kWanted, std::optional<std::string>()));
  } else if (edits.rpath && b.rpath != edits.rpath && b.runpath != edits.rpath) {
    lines.push_back("no rpath or runpath " + words(*edits.rpath) + " after the edit");
  }
}

void check_header(const Facts& a, const Facts& b, const Edits& edits, Lines& lines) {
  HeaderFact wanted = a.header;
  if (edits.os_abi) wanted.os_abi = *edits.os_abi;
  add(lines, value_difference("header", b.header, kWanted, wanted));
}

// DT_MIPS_RLD_MAP_REL, a distance from the entry itself. Other machines give the number no meaning.
constexpr uint64_t kMipsRldMapRel = 0x70000035;

// Entries that edits do not add, remove or set; those that lead to what may move without values.
std::vector<elf::DynEntry> kept_entries(const Facts& facts, const Edits& edits) {
  std::set<uint64_t> edited = {elf::DT_STRSZ};
  if (edits_needed(edits)) edited.insert(elf::DT_NEEDED);
  if (edits.soname) edited.insert(elf::DT_SONAME);
  if (edits_rpath(edits)) edited.insert({elf::DT_RPATH, elf::DT_RUNPATH});
  if (edits.no_default_lib) edited.insert(elf::DT_FLAGS_1);
  if (edits.debug_tag) edited.insert(elf::DT_DEBUG);
  if (drops_versions(edits)) edited.insert({elf::DT_VERNEED, elf::DT_VERNEEDNUM, elf::DT_VERSYM});
  static const std::set<uint64_t> kLeadToTables = {
      elf::DT_NEEDED,    elf::DT_SONAME,   elf::DT_RPATH,    elf::DT_RUNPATH,
      elf::DT_AUXILIARY, elf::DT_FILTER,   elf::DT_STRTAB,   elf::DT_SYMTAB,
      elf::DT_HASH,      elf::DT_GNU_HASH, elf::DT_VERSYM,   elf::DT_VERNEED,
      elf::DT_VERDEF,    elf::DT_AUDIT,    elf::DT_DEPAUDIT, elf::DT_CONFIG};
  std::vector<elf::DynEntry> result;
  for (const elf::DynEntry& entry : facts.dynamic) {
    if (edited.count(entry.tag) != 0) continue;
    result.push_back(kLeadToTables.count(entry.tag) != 0 ? elf::DynEntry{entry.tag, 0} : entry);
  }
  return result;
}

void check_entries(const Facts& a, const Facts& b, const Edits& edits, Lines& lines) {
  std::vector<elf::DynEntry> before = kept_entries(a, edits);
  const std::vector<elf::DynEntry> after = kept_entries(b, edits);
  // Hints, which are given up where there is no room for another entry.
  for (const uint64_t hint : {elf::DT_RELACOUNT, elf::DT_RELCOUNT}) {
    const auto is_hint = [&](const elf::DynEntry& entry) { return entry.tag == hint; };
    if (std::none_of(after.begin(), after.end(), is_hint)) std::erase_if(before, is_hint);
  }
  add(lines, first_difference("dynamic entry", after, kBefore, before));
}

// Sections that the dynamic section leads to, which are moved to make room.
bool is_table(const SectionFact& section) {
  switch (section.type) {
    case elf::SHT_STRTAB:
    case elf::SHT_DYNAMIC:
    case elf::SHT_DYNSYM:
    case elf::SHT_HASH:
    case elf::SHT_GNU_HASH:
    case elf::SHT_GNU_versym:
    case elf::SHT_GNU_verneed:
    case elf::SHT_GNU_verdef:
    case elf::SHT_NOTE:
      return true;
    default:
      return section.name == ".interp";
  }
}

// Whether an edit may leave an empty header where this section's was.
bool may_go(const SectionFact& section, const Edits& edits) {
  if (edits_notes(edits) && section.name == kCacheNote) return true;
  return drops_versions(edits) &&
         (section.type == elf::SHT_GNU_versym || section.type == elf::SHT_GNU_verneed);
}

void check_sections(const Facts& a, const Facts& b, const Edits& edits, Lines& lines) {
  std::vector<SectionFact> before = a.sections, after = b.sections;
  for (size_t i = 0; i < after.size(); ++i) {
    if (after[i].name == kCacheNote && edits_notes(edits)) {
      // It takes an empty header, or one more.
      if (i == before.size()) before.emplace_back();
      after[i] = {};
      if (before[i].name == kCacheNote) before[i] = {};
    } else if (i < before.size() && after[i] == SectionFact() && may_go(before[i], edits)) {
      before[i] = {};
    }
  }
  if (before.size() != after.size()) {
    lines.push_back(std::to_string(after.size()) + " sections after the edit where it read " +
                    std::to_string(before.size()));
    return;
  }
  for (size_t i = 0; i < before.size(); ++i) {
    const bool allocated = (before[i].flags & elf::SHF_ALLOC) != 0;
    if (is_table(before[i]))
      before[i].address = after[i].address = before[i].size = after[i].size = 0;
    // What is not loaded stands behind what is, and makes room.
    if (!allocated || is_table(before[i])) before[i].offset = after[i].offset = 0;
  }
  add(lines, first_difference("section", after, kBefore, before));
}

// A segment of an earlier edit: nothing in it but tables. Such a one is laid out anew.
bool holds_only_tables(const SegmentFact& segment, const Facts& facts) {
  const auto inside = [&](uint64_t address) {
    return address >= segment.address && address - segment.address < segment.memory_size;
  };
  if ((segment.flags & elf::PF_X) != 0 || inside(facts.header.entry)) return false;
  for (const SectionFact& section : facts.sections)
    if ((section.flags & elf::SHF_ALLOC) != 0 && section.size != 0 && inside(section.address) &&
        !is_table(section))
      return false;
  for (const SegmentFact& other : facts.segments)
    if ((other.type == elf::PT_TLS || other.type == elf::PT_GNU_RELRO ||
         other.type == elf::PT_GNU_EH_FRAME) &&
        inside(other.address))
      return false;
  if (!facts.sections.empty()) return true;
  return std::none_of(facts.symbols.begin(), facts.symbols.end(), [&](const SymbolFact& symbol) {
    return symbol.section != elf::SHN_UNDEF && inside(symbol.value);
  });
}

// Whether `after` can be what became of `before`.
bool follows(const SegmentFact& before, const SegmentFact& after, const Edits& edits) {
  SegmentFact a = before, b = after;
  switch (a.type) {
    case elf::PT_GNU_STACK:
      if (edits.exec_stack) a.flags = (a.flags & ~uint64_t{1}) | (*edits.exec_stack ? 1u : 0u);
      break;
    case elf::PT_PHDR:
    case elf::PT_DYNAMIC:
    case elf::PT_INTERP:
      a.file_size = b.file_size = a.memory_size = b.memory_size = 0;
      [[fallthrough]];
    case elf::PT_NOTE:
      if (a.cache_note && edits_notes(edits)) return true;
      [[fallthrough]];
    case elf::PT_GNU_PROPERTY:
      a.offset = b.offset = a.address = b.address = 0;
      break;
    default:
      break;
  }
  return a == b;
}

// How many segments of each type there are, where that may not change.
std::map<uint64_t, size_t> counts(const Facts& facts, const Edits& edits) {
  std::map<uint64_t, size_t> result;
  for (const SegmentFact& segment : facts.segments)
    if (!segment.cache_note || !edits_notes(edits)) ++result[segment.type];
  result.erase(elf::PT_LOAD);
  result.erase(elf::PT_NULL);
  if (edits.exec_stack) result.erase(elf::PT_GNU_STACK);
  return result;
}

void check_segments(const Facts& a, const Facts& b, const Edits& edits, Lines& lines) {
  for (const SegmentFact& segment : a.segments) {
    if (segment.type == elf::PT_NULL) continue;
    if (segment.type == elf::PT_LOAD && holds_only_tables(segment, a)) continue;
    if (std::none_of(b.segments.begin(), b.segments.end(),
                     [&](const SegmentFact& other) { return follows(segment, other, edits); })) {
      lines.push_back("no segment " + words(segment) + " after the edit");
      return;
    }
  }
  if (counts(a, edits) != counts(b, edits))
    lines.push_back("another number of segments of some type after the edit");
  uint64_t end = 0;
  for (const SegmentFact& segment : b.segments) {
    if (segment.type != elf::PT_LOAD) continue;
    if (segment.address < end)
      lines.push_back("segment " + words(segment) + " over the one before it after the edit");
    end = segment.address + segment.memory_size;
  }
}

// The symbols that are wanted: renamed, without cleared versions, with values that follow a section
// that moved.
std::vector<SymbolFact> wanted_symbols(const Facts& a, const Facts& b, const Edits& edits) {
  std::map<std::string, std::string> renamed(edits.rename_symbols.begin(),
                                             edits.rename_symbols.end());
  const std::set<std::string> cleared(edits.clear_versions.begin(), edits.clear_versions.end());
  std::vector<SymbolFact> result = a.symbols;
  for (SymbolFact& symbol : result) {
    if (cleared.count(symbol.name) != 0) symbol.version.clear();
    if (const auto found = renamed.find(symbol.name); found != renamed.end())
      symbol.name = found->second;
    const bool in_table = symbol.section < a.sections.size() &&
                          symbol.section < b.sections.size() && symbol.section != elf::SHN_UNDEF &&
                          is_table(a.sections[symbol.section]);
    if (in_table)
      symbol.value += b.sections[symbol.section].address - a.sections[symbol.section].address;
  }
  return result;
}

void check_symbols(const Facts& a, const Facts& b, const Edits& edits, Lines& lines) {
  std::vector<SymbolFact> wanted = wanted_symbols(a, b, edits), read = b.symbols;
  if (!edits.rename_symbols.empty()) {
    // The first ones are others now.
    if (a.symbols_cut || b.symbols_cut) return;
    // A hash table orders its symbols by their names.
    const auto less = [](const SymbolFact& x, const SymbolFact& y) { return words(x) < words(y); };
    std::sort(wanted.begin(), wanted.end(), less);
    std::sort(read.begin(), read.end(), less);
  }
  add(lines, first_difference("symbol", read, kWanted, wanted));
}

// "GLIBC_2.2.5 of libc.so.6" under the library's new name.
std::string renamed_need(std::string need, const Edits& edits) {
  const size_t at = need.find(" of ") + 4;
  for (const auto& [from, to] : edits.replace_needed)
    if (need.compare(at, std::string::npos, from) == 0) need.replace(at, std::string::npos, to);
  return need;
}

void check_versions(const Facts& a, const Facts& b, const Edits& edits, Lines& lines) {
  std::vector<std::string> wanted;
  for (const std::string& need : a.version_needs) wanted.push_back(renamed_need(need, edits));
  if (drops_versions(edits)) {
    // Those that are left; symbols that use another one have been compared already.
    std::erase_if(wanted, [&](const std::string& need) {
      return std::find(b.version_needs.begin(), b.version_needs.end(), need) ==
             b.version_needs.end();
    });
  }
  add(lines, first_difference("version need", b.version_needs, kWanted, wanted));
}

}  // namespace

std::vector<std::string> unwanted_changes(const Facts& before, const Facts& after,
                                          const Edits& edits) {
  Lines lines;
  check_header(before, after, edits, lines);
  check_strings(before, after, edits, lines);
  check_entries(before, after, edits, lines);
  check_segments(before, after, edits, lines);
  check_sections(before, after, edits, lines);
  check_symbols(before, after, edits, lines);
  check_versions(before, after, edits, lines);
  return lines;
}

}  // namespace elfwheel::second_opinion
