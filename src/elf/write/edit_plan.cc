// Edits -> Changes: which entries the dynamic array will have, in which order, saying what.

#include <fmt/format.h>

#include <algorithm>

#include "elf/write/changes.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::elf {
namespace {

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

void check_editable(const ElfFile& file, const Edits& edits) {
  if (file.header().e_type != ET_DYN && file.header().e_type != ET_EXEC)
    throw Error(ErrorCode::kUnsupported,
                fmt::format("{} file: only programs and shared libraries can be edited",
                            file_type_name(file.header().e_type)));
  if (!file.has_dynamic())
    throw Error(ErrorCode::kUnsupported,
                "no dynamic section: a statically linked program loads no libraries");
  // A static PIE finds its dynamic section by a link-time address and loads nothing.
  const bool pie = (file.find_dynamic(DT_FLAGS_1).value_or(0) & DF_1_PIE) != 0;
  if (pie && !file.interp())
    throw Error(ErrorCode::kUnsupported,
                "static PIE: a statically linked program loads no libraries");
  if (file.dynamic_strings().empty())
    throw Error(ErrorCode::kUnsupported, "no dynamic string table (DT_STRTAB)");
  if (edits.soname && (pie || file.header().e_type == ET_EXEC))
    throw Error(ErrorCode::kUnsupported, "a program has no soname");
  if (edits.soname) check_text(*edits.soname, "the soname");
  if (edits.rpath) check_text(*edits.rpath, "the rpath");
  for (const auto& name : edits.add_needed) check_text(name, "a needed name");
  for (const auto& [old_name, new_name] : edits.replace_needed)
    check_text(new_name, "a needed name");
  for (const auto& name : edits.add_needed)
    if (name.empty()) throw Error(ErrorCode::kUsage, "a needed name is empty");
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

  void replace_needed(const std::string& old_name, const std::string& new_name) {
    for (Entry& entry : entries_)
      if (entry.tag == DT_NEEDED && entry.text == old_name) change_text(entry, new_name);
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
    retagged_ = retagged_ || rest->tag != tag;
    rest->tag = tag;
    change_text(*rest, text);
  }

  const std::vector<Entry>& entries() const { return entries_; }
  const std::vector<uint64_t>& dropped() const { return dropped_; }
  bool retagged() const { return retagged_; }

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
      if (!predicate(entry)) {
        kept.push_back(std::move(entry));
      } else if (entry.old_offset) {
        dropped_.push_back(*entry.old_offset);
      }
    }
    entries_ = std::move(kept);
  }

  std::vector<Entry> entries_;
  std::vector<uint64_t> dropped_;
  bool retagged_ = false;
};

std::string renamed(const Edits& edits, std::string_view name) {
  std::string result(name);
  for (const auto& [old_name, new_name] : edits.replace_needed)
    if (result == old_name) result = new_name;
  return result;
}

// A version need whose library is no longer needed makes ld.so stop with an assertion; and the
// versions would have to leave every symbol as well, which changes what the symbols mean.
void check_needs(const Edits& edits, const std::vector<VersionNeed>& needs,
                 const EntryEditor& editor) {
  for (const VersionNeed& need : needs) {
    const bool removed = std::find(edits.remove_needed.begin(), edits.remove_needed.end(),
                                   need.file) != edits.remove_needed.end();
    if (!removed) continue;
    const std::string name = renamed(edits, need.file);
    const bool still_there = std::any_of(
        editor.entries().begin(), editor.entries().end(),
        [&](const Entry& entry) { return entry.tag == DT_NEEDED && entry.text == name; });
    if (still_there) continue;
    throw Error(ErrorCode::kUnsupported,
                fmt::format("cannot remove needed library {}: the file uses its symbol version {}",
                            need.file, need.versions.empty() ? "" : need.versions.front().name));
  }
}

void add_slot(Changes& changes, std::string text, std::optional<uint64_t> old_offset,
              bool changed) {
  changes.any = changes.any || changed;
  changes.slots.push_back({std::move(text), old_offset, changed});
}

}  // namespace

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

Changes plan_changes(const ElfFile& file, const Edits& edits) {
  check_editable(file, edits);
  EntryEditor editor(read_entries(file));
  if (edits.soname) editor.set_soname(*edits.soname);
  for (const std::string& name : edits.remove_needed) editor.remove_needed(name);
  for (const auto& [old_name, new_name] : edits.replace_needed)
    editor.replace_needed(old_name, new_name);
  editor.add_needed(edits.add_needed);
  if (edits.rpath || edits.rpath_tag != RpathTag::kKeep)
    editor.set_rpath(edits.rpath, edits.rpath_tag);

  const std::vector<VersionNeed> needs = read_version_needs(file);
  check_needs(edits, needs, editor);

  Changes changes;
  changes.dropped_strings = editor.dropped();
  changes.any = !changes.dropped_strings.empty() || editor.retagged();
  for (const Entry& entry : editor.entries()) {
    PlannedEntry planned{entry.tag, entry.value, std::nullopt};
    if (entry.text) {
      planned.slot = changes.slots.size();
      add_slot(changes, *entry.text, entry.old_offset, entry.changed);
    }
    changes.entries.push_back(planned);
  }
  const auto offset_of = [&](std::string_view text) {
    return static_cast<uint64_t>(text.data() - file.dynamic_strings().text().data());
  };
  for (const VersionNeed& need : needs) {
    changes.need_slots.push_back(changes.slots.size());
    const std::string name = renamed(edits, need.file);
    add_slot(changes, name, offset_of(need.file), name != need.file);
  }
  const std::vector<DefinedVersion> definitions = read_version_definitions(file);
  for (const DefinedVersion& version : definitions) {
    if ((version.flags & VER_FLG_BASE) == 0 || changes.base_slot) continue;
    const auto sharing = std::count_if(
        definitions.begin(), definitions.end(),
        [&](const DefinedVersion& other) { return other.name_entry == version.name_entry; });
    // Linkers give the base version the library's soname; one that differs was meant to, and one
    // that lends its name to a version that symbols have must keep it. The loader never asks.
    const bool follows = edits.soname && file.soname() == version.name && sharing == 1;
    changes.base_slot = changes.slots.size();
    add_slot(changes, follows ? *edits.soname : std::string(version.name), offset_of(version.name),
             follows && *edits.soname != version.name);
  }
  return changes;
}

}  // namespace elfwheel::elf
