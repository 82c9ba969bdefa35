// Edits -> Changes: which entries the dynamic array will have, in which order, saying what; the
// interpreter, the stack and the OS ABI. Symbols and versions: symbol_plan.cc.

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "elf/write/changes.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

// The largest page that a kernel has for programs (sparc64's and aarch64's huge pages are data's).
constexpr uint64_t kLargestPage = uint64_t{1} << 30;

// The dynamic array with its strings read, while it is being edited.
struct Entry {
  uint64_t tag;
  uint64_t value;
  std::optional<std::string> text;
  std::optional<uint64_t> old_offset;
  bool changed = false;
};

void check_text(const std::string& text, const char* what) {
  if (text.find('\0') != std::string::npos)
    throw Error(ErrorCode::kUsage, fmt::format("{} contains a NUL byte", what));
}

void check_texts(const Edits& edits) {
  if (edits.soname) check_text(*edits.soname, "the soname");
  if (edits.rpath) check_text(*edits.rpath, "the rpath");
  for (const auto& name : edits.add_needed) check_text(name, "a needed name");
  for (const auto& [old_name, new_name] : edits.replace_needed)
    check_text(new_name, "a needed name");
  const bool empty_name = std::count(edits.add_needed.begin(), edits.add_needed.end(), "") != 0 ||
                          std::any_of(edits.replace_needed.begin(), edits.replace_needed.end(),
                                      [](const auto& names) { return names.second.empty(); });
  if (empty_name) throw Error(ErrorCode::kUsage, "a needed name is empty");
  if (edits.interpreter) check_text(*edits.interpreter, "the interpreter");
  if (edits.interpreter && edits.interpreter->empty())
    throw Error(ErrorCode::kUsage, "the interpreter is empty");
  for (const auto& [old_name, new_name] : edits.rename_symbols) {
    check_text(new_name, "a symbol name");
    if (old_name.empty() || new_name.empty())
      throw Error(ErrorCode::kUsage, "a symbol name is empty");
  }
  if (edits.page_size != 0 && (!std::has_single_bit(edits.page_size) ||
                               edits.page_size < kSmallestPage || edits.page_size > kLargestPage))
    throw Error(ErrorCode::kUsage, fmt::format("page size {}: not a power of two between {} and {}",
                                               edits.page_size, kSmallestPage, kLargestPage));
}

// The loader never looks at the dynamic section of a program that is linked statically. A static
// PIE has one, and its start code finds it by its link-time address.
bool is_static_pie(const ElfFile& file) {
  return (file.find_dynamic(DT_FLAGS_1).value_or(0) & DF_1_PIE) != 0 && !file.interp();
}

// Whether the edits go beyond the header and the stack's program header, which every file has.
bool concerns_the_loader(Edits edits) {
  edits.exec_stack.reset();
  edits.os_abi.reset();
  return !edits.empty();
}

void check_editable(const ElfFile& file, const Edits& edits) {
  if (file.header().e_type != ET_DYN && file.header().e_type != ET_EXEC)
    throw Error(ErrorCode::kUnsupported,
                fmt::format("{} file: only programs and shared libraries can be edited",
                            file_type_name(file.header().e_type)));
  check_texts(edits);
  if (!concerns_the_loader(edits)) return;
  if (!file.has_dynamic())
    throw Error(ErrorCode::kUnsupported,
                "no dynamic section: a statically linked program loads no libraries");
  if (is_static_pie(file))
    throw Error(ErrorCode::kUnsupported,
                "static PIE: a statically linked program loads no libraries");
  if (file.dynamic_strings().empty())
    throw Error(ErrorCode::kUnsupported, "no dynamic string table (DT_STRTAB)");
  const bool program = file.header().e_type == ET_EXEC ||
                       (file.find_dynamic(DT_FLAGS_1).value_or(0) & DF_1_PIE) != 0;
  if (edits.soname && program) throw Error(ErrorCode::kUnsupported, "a program has no soname");
  if (edits.interpreter && !file.interp())
    throw Error(ErrorCode::kUnsupported, "no interpreter (PT_INTERP) that could be replaced");
}

std::vector<Entry> read_entries(const ElfFile& file) {
  std::vector<Entry> entries;
  for (const DynEntry& dyn : file.dynamic()) {
    Entry entry{dyn.tag, dyn.value, std::nullopt, std::nullopt, false};
    if (is_string_tag(dyn.tag)) {
      entry.text = std::string(file.dynamic_string(dyn.value));
      entry.old_offset = dyn.value;
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

void change_text(Entry& entry, const std::string& text) {
  if (*entry.text == text) return;
  entry.text = text;
  entry.changed = true;
}

// Behind the last DT_NEEDED or DT_SONAME, where linkers put the rest of the strings.
std::vector<Entry>::iterator string_entry_place(std::vector<Entry>& entries) {
  const auto last = std::find_if(entries.rbegin(), entries.rend(), [](const Entry& entry) {
    return entry.tag == DT_NEEDED || entry.tag == DT_SONAME;
  });
  return last == entries.rend() ? entries.begin() : last.base();
}

Entry new_entry(uint64_t tag, const std::string& text) {
  return {tag, 0, text, std::nullopt, true};
}

class EntryEditor {
 public:
  explicit EntryEditor(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  void set_soname(const std::string& soname) {
    bool found = false;
    for (Entry& entry : entries_) {
      if (entry.tag != DT_SONAME) continue;
      change_text(entry, soname);
      found = true;
    }
    if (!found) entries_.insert(string_entry_place(entries_), new_entry(DT_SONAME, soname));
  }

  void remove_needed(const std::string& name) {
    drop_if([&](const Entry& entry) { return entry.tag == DT_NEEDED && entry.text == name; });
  }

  void replace_needed(const std::vector<std::pair<std::string, std::string>>& names) {
    for (Entry& entry : entries_)
      if (entry.tag == DT_NEEDED) change_text(entry, replaced_name(names, *entry.text));
  }

  void add_needed(const std::vector<std::string>& names) {
    auto place = std::find_if(entries_.begin(), entries_.end(),
                              [](const Entry& entry) { return entry.tag == DT_NEEDED; });
    for (const std::string& name : names) {
      const bool present = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.tag == DT_NEEDED && entry.text == name;
      });
      if (present) continue;
      place = entries_.insert(place == entries_.end() ? entries_.begin() : place,
                              new_entry(DT_NEEDED, name)) +
              1;
    }
  }

  // ld.so takes the last DT_RUNPATH, and DT_RPATH only where there is none: one entry remains.
  void set_rpath(const std::optional<std::string>& wanted, RpathTag wanted_tag) {
    const Entry* effective = effective_rpath();
    if (!wanted && !effective) return;
    const std::string text = wanted ? *wanted : *effective->text;
    uint64_t tag = effective ? effective->tag : uint64_t{DT_RUNPATH};
    if (wanted_tag == RpathTag::kRunpath) tag = DT_RUNPATH;
    if (wanted_tag == RpathTag::kRpath) tag = DT_RPATH;
    const bool empty = wanted && wanted->empty();
    const Entry* const kept = empty ? nullptr : effective;
    drop_if([&](const Entry& entry) {
      return (entry.tag == DT_RPATH || entry.tag == DT_RUNPATH) && &entry != kept;
    });
    if (empty) return;
    const auto rest = std::find_if(entries_.begin(), entries_.end(), [](const Entry& entry) {
      return entry.tag == DT_RPATH || entry.tag == DT_RUNPATH;
    });
    if (rest == entries_.end()) {
      entries_.insert(string_entry_place(entries_), new_entry(tag, text));
      return;
    }
    rest->tag = tag;
    change_text(*rest, text);
  }

  // Of several entries the loader takes the last.
  void set_flag_1(uint64_t flag) {
    bool found = false;
    for (Entry& entry : entries_) {
      if (entry.tag != DT_FLAGS_1) continue;
      entry.value |= flag;
      found = true;
    }
    if (!found) entries_.push_back({DT_FLAGS_1, flag, std::nullopt, std::nullopt});
  }

  void add_debug() {
    const bool present = std::any_of(entries_.begin(), entries_.end(),
                                     [](const Entry& entry) { return entry.tag == DT_DEBUG; });
    if (!present) entries_.push_back({DT_DEBUG, 0, std::nullopt, std::nullopt});
  }

  // What was dropped and is wanted again keeps its string.
  void reuse_dropped() {
    for (Entry& entry : entries_) {
      if (!entry.text || entry.old_offset) continue;
      const auto same = std::find_if(dropped_.begin(), dropped_.end(), [&](const Entry& dropped) {
        return dropped.text == entry.text;
      });
      if (same == dropped_.end()) continue;
      entry.value = same->value;
      entry.old_offset = same->old_offset;
      entry.changed = false;
      dropped_.erase(same);
    }
  }

  const std::vector<Entry>& entries() const { return entries_; }
  // String offsets of the entries that are gone.
  std::vector<uint64_t> dropped() const {
    std::vector<uint64_t> offsets;
    for (const Entry& entry : dropped_) offsets.push_back(*entry.old_offset);
    return offsets;
  }

 private:
  const Entry* effective_rpath() const {
    const Entry* result = nullptr;
    for (const Entry& entry : entries_)
      if (entry.tag == DT_RUNPATH ||
          (entry.tag == DT_RPATH && (!result || result->tag == DT_RPATH)))
        result = &entry;
    return result;
  }

  template <class Predicate>
  void drop_if(Predicate predicate) {
    std::vector<Entry> kept;
    for (Entry& entry : entries_) {
      if (!predicate(entry))
        kept.push_back(std::move(entry));
      else if (entry.old_offset)
        dropped_.push_back(std::move(entry));
    }
    entries_ = std::move(kept);
  }

  std::vector<Entry> entries_;
  std::vector<Entry> dropped_;
};

EntryEditor edit_entries(const std::vector<Entry>& entries, const Edits& edits) {
  EntryEditor editor(entries);
  if (edits.soname) editor.set_soname(*edits.soname);
  for (const std::string& name : edits.remove_needed) editor.remove_needed(name);
  editor.replace_needed(edits.replace_needed);
  editor.add_needed(edits.add_needed);
  if (edits.rpath || edits.rpath_tag != RpathTag::kKeep)
    editor.set_rpath(edits.rpath, edits.rpath_tag);
  if (edits.no_default_lib) editor.set_flag_1(DF_1_NODEFLIB);
  if (edits.debug_tag) editor.add_debug();
  editor.reuse_dropped();
  return editor;
}

bool same_entry(const Entry& entry, const Entry& other) {
  return entry.tag == other.tag && entry.value == other.value && entry.text == other.text;
}

// The entries by which the loader finds libraries.
std::vector<std::pair<uint64_t, std::string>> library_entries(const std::vector<Entry>& entries) {
  std::vector<std::pair<uint64_t, std::string>> result;
  for (const Entry& entry : entries)
    if (entry.text && entry.tag != DT_SONAME) result.emplace_back(entry.tag, *entry.text);
  return result;
}

void plan_entries(const FileFacts& facts, const Edits& edits, Changes& changes) {
  const std::vector<Entry> before = read_entries(facts.file);
  const EntryEditor editor = edit_entries(before, edits);
  const std::vector<Entry>& after = editor.entries();
  changes.dropped_strings = editor.dropped();
  changes.any = changes.any ||
                !std::equal(before.begin(), before.end(), after.begin(), after.end(), same_entry);
  for (const Entry& entry : after) {
    PlannedEntry planned{entry.tag, entry.value, std::nullopt};
    if (entry.text) planned.slot = add_slot(changes, *entry.text, entry.old_offset, entry.changed);
    changes.entries.push_back(planned);
  }
  const bool libraries_change = library_entries(before) != library_entries(after);
  changes.cache_note = plan_cache_note(facts, edits, libraries_change);
  changes.any = changes.any || changes.cache_note;
}

void plan_version_base(const FileFacts& facts, const Edits& edits, Changes& changes) {
  for (const DefinedVersion& version : facts.definitions) {
    if ((version.flags & VER_FLG_BASE) == 0 || changes.base_slot) continue;
    const auto sharing = std::count_if(
        facts.definitions.begin(), facts.definitions.end(),
        [&](const DefinedVersion& other) { return other.name_entry == version.name_entry; });
    // Linkers give the base version the library's soname; one that differs was meant to, and one
    // that lends its name to a version that symbols have must keep it. The loader never asks.
    const bool follows = edits.soname && facts.file.soname() == version.name && sharing == 1;
    changes.base_slot =
        add_slot(changes, follows ? *edits.soname : std::string(version.name),
                 string_offset(facts.file, version.name), follows && *edits.soname != version.name);
  }
}

// A full dynamic section has to move, away from where PT_GNU_RELRO protects it. DT_RELACOUNT and
// DT_RELCOUNT are hints by which glibc's relocation loop skips a test (musl ignores them): giving
// one up where that is enough keeps the section in its place.
void make_entries_fit(const FileFacts& facts, Changes& changes) {
  const uint64_t capacity = facts.file.dynamic_capacity();
  if (facts.own.dynamic || changes.entries.size() + 1 <= capacity) return;
  const auto is_hint = [](const PlannedEntry& entry) {
    return entry.tag == DT_RELACOUNT || entry.tag == DT_RELCOUNT;
  };
  const auto hints =
      static_cast<size_t>(std::count_if(changes.entries.begin(), changes.entries.end(), is_hint));
  if (changes.entries.size() - hints + 1 <= capacity) std::erase_if(changes.entries, is_hint);
}

void plan_headers(const ElfFile& file, const Edits& edits, Changes& changes) {
  if (edits.interpreter && file.interp() != *edits.interpreter)
    changes.interpreter = edits.interpreter;
  if (edits.exec_stack && wants_exec_stack(file) != edits.exec_stack)
    changes.exec_stack = edits.exec_stack;
  if (edits.os_abi && file.header().os_abi != *edits.os_abi) changes.os_abi = edits.os_abi;
  changes.any = changes.any || changes.interpreter || changes.exec_stack || changes.os_abi;
}

}  // namespace

std::string replaced_name(const std::vector<std::pair<std::string, std::string>>& names,
                          std::string_view name) {
  for (const auto& [old_name, new_name] : names)
    if (name == old_name) return new_name;
  return std::string(name);
}

size_t add_slot(Changes& changes, std::string text, std::optional<uint64_t> old_offset,
                bool changed) {
  changes.any = changes.any || changed;
  changes.slots.push_back({std::move(text), old_offset, changed});
  return changes.slots.size() - 1;
}

bool is_string_tag(uint64_t tag) {
  switch (tag) {
    case DT_NEEDED:
    case DT_SONAME:
    case DT_RPATH:
    case DT_RUNPATH:
    case DT_AUXILIARY:
    case DT_FILTER:
    case DT_CONFIG:
    case DT_DEPAUDIT:
    case DT_AUDIT:
      return true;
    default:
      return false;
  }
}

Changes plan_changes(const FileFacts& facts, const Edits& edits) {
  const ElfFile& file = facts.file;
  check_editable(file, edits);
  Changes changes;
  changes.page_size = edits.page_size;
  plan_headers(file, edits, changes);
  changes.adds_stack_segment = changes.exec_stack && !wants_exec_stack(file);
  const bool adds_header = changes.adds_stack_segment && !file.find_segment(PT_NULL);
  if (adds_header && (!file.has_dynamic() || is_static_pie(file)))
    throw Error(ErrorCode::kUnsupported,
                "no room for the program header PT_GNU_STACK in a statically linked program");
  // Tables that no edit is about are not looked at, whatever they hold.
  changes.has_tables = adds_header || concerns_the_loader(edits);
  if (!changes.has_tables) return changes;
  check_consistent(facts);
  plan_entries(facts, edits, changes);
  plan_version_changes(facts, edits, changes);
  plan_version_base(facts, edits, changes);
  plan_symbol_renames(facts, edits, changes);
  make_entries_fit(facts, changes);
  return changes;
}

}  // namespace elfwheel::elf
