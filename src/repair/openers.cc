#include "repair/openers.h"

#include <fmt/format.h>

#include <algorithm>

#include "repair/dlopen_notes.h"
#include "repair/patterns.h"

namespace elfwheel::repair {
namespace {

Need opened_library(size_t index, const std::string& name) {
  Need need = opened_need(name);
  need.kind = SupplierKind::kOutside;
  need.index = index;
  return need;
}

template <class Function>
void for_each_file(AuditedWheel& audited, Function&& function) {
  for (size_t i = 0; i < audited.audit.members.size(); ++i)
    function(audited.elf.members[i].file, audited.audit.members[i].needs);
  for (size_t i = 0; i < audited.libraries.size(); ++i)
    function(audited.libraries[i].file, audited.audit.libraries[i].needs);
}

// True when the file's notes name the library, whose copy is then called so.
bool name_opener(size_t index, OutsideLibrary& library, const elf::ElfFile& file,
                 std::vector<Need>& needs) {
  bool named = false;
  for (const std::string& name : read_dlopen_names(file)) {
    if (name != library.included_as && name != library.facts.soname) continue;
    library.included_as = name;
    add_opened(opened_library(index, name), needs);
    named = true;
  }
  return named;
}

}  // namespace

std::vector<loader::OpenCall> calls_to_include(const elf::ElfFile& file,
                                               const AuditOptions& options) {
  std::vector<loader::OpenCall> calls;
  if (options.includes.empty()) return calls;
  for (const std::string& name : read_dlopen_names(file)) {
    const bool wanted = std::any_of(
        options.includes.begin(), options.includes.end(), [&](const std::string& include) {
          return include.find('/') == include.npos && matches(include, name);
        });
    if (wanted && !matches_any(options.excludes, name)) calls.push_back({name});
  }
  return calls;
}

Need opened_need(const std::string& name) {
  Need need;
  need.name = name;
  need.needed = false;
  need.opened = true;
  return need;
}

void add_opened(Need need, std::vector<Need>& needs) {
  for (Need& known : needs) {
    if (known.name != need.name) continue;
    known.opened = known.kind == need.kind && known.index == need.index;
    return;
  }
  needs.push_back(std::move(need));
}

void name_openers(AuditedWheel& audited) {
  for (size_t i = 0; i < audited.audit.libraries.size(); ++i) {
    OutsideLibrary& library = audited.audit.libraries[i];
    if (!library.included_as) continue;
    bool known = false;
    for_each_file(audited, [&](const elf::ElfFile& file, std::vector<Need>& needs) {
      known |= name_opener(i, library, file, needs);
    });
    if (known) continue;
    for_each_file(audited, [&](const elf::ElfFile& file, std::vector<Need>& needs) {
      if (&needs == &library.needs || !calls_dlopen(file)) return;
      add_opened(opened_library(i, *library.included_as), needs);
      known = true;
    });
    if (!known)
      audited.audit.notes.push_back(
          fmt::format("{}: no file says that it opens it or calls dlopen: none gets a way to it",
                      library.path));
  }
}

}  // namespace elfwheel::repair
