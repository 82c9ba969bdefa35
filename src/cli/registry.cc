#include "cli/registry.h"

#include <utility>

namespace elfwheel::cli {

Registry::Registry() {
  constexpr const char* kEdit = "Edit ELF files";
  constexpr const char* kShell = "Help and shells";
  add("Wheels", make_show(), make_repair(), make_verify());
  add("Look into ELF files", make_inspect(), make_lddtree(), make_symbols(), make_bindings());
  add(kPrint, make_prints());
  add(kEdit, make_rpath_edits());
  add(kEdit, make_edits());
  add(kEdit, make_patchelf());
  add(kShell, make_help(), make_completion());
  add("", make_generate());
}

void Registry::register_in(CLI::App& app, const std::string& wanted) {
  for (Entry& entry : entries_)
    if (entry.command->name() == wanted) return register_one(app, entry);
  for (Entry& entry : entries_) register_one(app, entry);
}

Command* Registry::find_parsed() const {
  for (const Entry& entry : entries_)
    if (entry.app != nullptr && entry.app->parsed()) return entry.command.get();
  return nullptr;
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> names;
  for (const Entry& entry : entries_)
    if (*entry.heading != '\0') names.push_back(entry.command->name());
  return names;
}

void Registry::add(const char* heading, std::vector<std::unique_ptr<Command>> commands) {
  for (std::unique_ptr<Command>& command : commands)
    entries_.push_back({heading, std::move(command)});
}

void Registry::register_one(CLI::App& app, Entry& entry) {
  entry.app = entry.command->add_to(app);
  entry.app->group(entry.heading);
}

}  // namespace elfwheel::cli
