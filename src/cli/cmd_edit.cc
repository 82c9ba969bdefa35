// The editing commands whose operands say all: `add-needed LIBRARY FILE...` and its kin. What an
// rpath becomes depends on the file, so those are in cmd_rpath.cc.
#include "cli/command.h"
#include "cli/edited_files.h"
#include "cli/name_map.h"
#include "cli/os_abi.h"
#include "cli/value_words.h"

namespace elfwheel::cli {

namespace {

using elf::Edits;

struct Operand {
  const char* name;
  const char* about;
  std::vector<std::string> (*words)() = nullptr;  // what it can be, where that can be listed
};

using Values = std::vector<std::string>;

struct Verb {
  const char* name;
  const char* about;
  std::vector<Operand> operands;
  const char* more;      // for the command's own help; may be empty
  const char* examples;  // the operands of its example
  void (*fill)(const Values& values, Edits& edits);
};

void fill_renames(const Values& values, Edits& edits) {
  read_name_map(values[0], edits.rename_symbols);
}

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all = {
      {"add-needed",
       "Add a needed library, in front of the others",
       {{"LIBRARY", "Its soname, or a path"}},
       "A file that needs it already is not touched.",
       "libextra.so.1",
       [](const Values& values, Edits& edits) { edits.add_needed = {values[0]}; }},
      {"remove-needed",
       "Remove a needed library",
       {{"LIBRARY", "Its name as print-needed shows it"}},
       "Refused while symbols of the file ask for a version of that library: the loader\n"
       "would stop the program. A file that does not need it is not touched.",
       "libunused.so.1",
       [](const Values& values, Edits& edits) { edits.remove_needed = {values[0]}; }},
      {"replace-needed",
       "Rename a needed library, its versions included",
       {{"OLD", "Its name as print-needed shows it"}, {"NEW", "What takes its place"}},
       "A file that does not need OLD is not touched.",
       "libfoo.so.1 libfoo-1a2b3c4d.so.1",
       [](const Values& values, Edits& edits) {
         edits.replace_needed = {{values[0], values[1]}};
       }},
      {"set-soname",
       "Set the soname of a library",
       {{"SONAME", "The name that others will need it by"}},
       "",
       "libfoo-1a2b3c4d.so.1",
       [](const Values& values, Edits& edits) { edits.soname = values[0]; }},
      {"set-interpreter",
       "Set the loader that starts a program",
       {{"LOADER", "An absolute path"}},
       "",
       "/lib64/ld-linux-x86-64.so.2",
       [](const Values& values, Edits& edits) { edits.interpreter = values[0]; }},
      {"set-execstack",
       "Ask for an executable stack",
       {},
       "",
       "",
       [](const Values&, Edits& edits) { edits.exec_stack = true; }},
      {"clear-execstack",
       "Ask for no executable stack",
       {},
       "A library that asks for one needlessly is refused by glibc 2.41 and by SELinux.",
       "",
       [](const Values&, Edits& edits) { edits.exec_stack = false; }},
      {"set-os-abi",
       "Set the OS ABI of the ELF header",
       {{"ABI", "A name as print-os-abi shows it, in any case", os_abi_names}},
       "",
       "linux",
       [](const Values& values, Edits& edits) { edits.os_abi = parse_os_abi(values[0]); }},
      {"no-default-lib",
       "Let the loader search the rpath alone (DF_1_NODEFLIB)",
       {},
       "",
       "",
       [](const Values&, Edits& edits) { edits.no_default_lib = true; }},
      {"add-debug-tag",
       "Add DT_DEBUG, by which debuggers find loaded libraries",
       {},
       "",
       "",
       [](const Values&, Edits& edits) { edits.debug_tag = true; }},
      {"clear-symbol-version",
       "Let any version of a symbol do",
       {{"SYMBOL", "Its name without a version"}},
       "",
       "memcpy",
       [](const Values& values, Edits& edits) { edits.clear_versions = {values[0]}; }},
      {"rename-dynamic-symbols",
       "Rename dynamic symbols",
       {{"MAP", "A file with an old and a new name on each line"}},
       "All at once, so that names may be swapped. Hash tables and versions follow.",
       "renamed.txt",
       fill_renames},
  };
  return all;
}

class EditCommand : public Command {
 public:
  explicit EditCommand(const Verb& verb) : verb_(verb), values_(verb.operands.size()) {}

  std::string name() const override { return verb_.name; }
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* const command = app.add_subcommand(name(), verb_.about);
    for (size_t i = 0; i < values_.size(); ++i) {
      const Operand& operand = verb_.operands[i];
      CLI::Option* const option = command->add_option(operand.name, values_[i], operand.about);
      option->required()->type_name("");
      if (operand.words != nullptr) option->check(suggest(operand.words));
    }
    files_.add_to(*command);
    std::string footer = verb_.more;
    if (!footer.empty()) footer += "\n\n";
    footer += "Example:\n  elfwheel " + std::string(verb_.name);
    for (const std::string_view words : {verb_.examples, "pkg/*.so"})
      if (!words.empty()) footer.append(" ").append(words);
    command->footer(footer);
    return command;
  }

  ExitStatus run(Console& console) override {
    Edits edits;
    verb_.fill(values_, edits);
    return files_.edit(console, [&](const std::string&) { return edits; });
  }

 private:
  const Verb& verb_;
  Values values_;
  EditedFiles files_;
};

}  // namespace

std::vector<std::unique_ptr<Command>> make_edits() {
  std::vector<std::unique_ptr<Command>> commands;
  for (const Verb& verb : verbs()) commands.push_back(std::make_unique<EditCommand>(verb));
  return commands;
}

}  // namespace elfwheel::cli
