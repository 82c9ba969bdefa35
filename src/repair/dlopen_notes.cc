#include "repair/dlopen_notes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "elfwheel/elf/notes.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::repair {
namespace {

using Json = nlohmann::json;

constexpr uint32_t kFdoDlopenMetadata = 0x407c0c0a;

void add_name(const Json& value, std::vector<std::string>& names) {
  if (!value.is_string()) return;
  const auto& name = value.get_ref<const std::string&>();
  // What follows a NUL cannot be asked of dlopen; a path is searched for nowhere.
  if (name.empty() || name.find_first_of(std::string_view("/\0", 2)) != name.npos) return;
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

void add_names_of(const Json& entry, std::vector<std::string>& names) {
  if (!entry.is_object()) return;
  const auto soname = entry.find("soname");
  if (soname == entry.end()) return;
  add_name(*soname, names);
  if (soname->is_array())
    for (const Json& name : *soname) add_name(name, names);
}

}  // namespace

std::vector<std::string> read_dlopen_names(const elf::ElfFile& file) {
  std::vector<std::string> names;
  for (const elf::Note& note : elf::read_notes(file)) {
    if (note.owner != "FDO" || note.type != kFdoDlopenMetadata) continue;
    const std::string_view text = note.description.text();
    const Json json = Json::parse(text.substr(0, text.find('\0')), nullptr, false);
    add_names_of(json, names);
    if (json.is_array())
      for (const Json& entry : json) add_names_of(entry, names);
  }
  return names;
}

bool calls_dlopen(const elf::ElfFile& file) {
  const auto symbols = elf::read_dynamic_symbols(file);
  return std::any_of(symbols.begin(), symbols.end(), [](const elf::DynamicSymbol& symbol) {
    return !symbol.is_defined() && (symbol.name == "dlopen" || symbol.name == "dlmopen");
  });
}

}  // namespace elfwheel::repair
