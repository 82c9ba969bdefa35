// zsh's _arguments does the work: each option and operand is one of its specifications
// (zshcompsys(1), "_arguments").
#include <vector>

#include "cli/completion.h"
#include "cli/shell_quoting.h"

namespace elfwheel::cli {

namespace {

// Inside of the brackets of a specification, or as a message.
std::string plain(const std::string& text) { return backslashed(text, "\\[]:"); }

// _arguments reads a list of words in an action as the shell's own language.
std::string action(const ValueDescription& value) {
  switch (value.kind) {
    // An empty list, not a message: a message keeps an option from being completed in its place.
    case ValueKind::kAny:
      return "()";
    case ValueKind::kFile:
      return "_files";
    case ValueKind::kWheel:
      return "_elfwheel_wheels";
    case ValueKind::kDirectory:
      return "_files -/";
    case ValueKind::kDirectoryList:
      return "_dir_list";
    case ValueKind::kWords:
      break;
  }
  std::string words;
  for (const std::string& word : value.words)
    words += (words.empty() ? "" : " ") + backslashed(posix_quoted(word), ":\\");
  return "(" + words + ")";
}

std::string value_part(const ValueDescription& value, bool may_be_absent) {
  return std::string(may_be_absent ? "::" : ":") + plain(value.name) + ":" + action(value);
}

// What a name is followed by where its value may be in the same word.
std::string joint(const OptionDescription& option, const std::string& name, bool joins_values) {
  if (option.values.empty() || !joins_values) return "";
  if (option.value_may_be_absent) return "=-";
  return name.starts_with("--") ? "=" : "+";
}

// The names that are not offered any more: its own, unless it may be given again, and excluded
// ones.
std::string exclusions(const OptionDescription& option) {
  std::vector<std::string> names = option.excludes;
  if (!option.repeatable) names.insert(names.end(), option.names.begin(), option.names.end());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text.empty() ? "" : "(" + text + ")";
}

std::vector<std::string> option_specifications(const OptionDescription& option, bool joins_values) {
  std::vector<std::string> specifications;
  for (const std::string& name : option.names) {
    std::string text = exclusions(option) + (option.repeatable ? "*" : "") + name +
                       joint(option, name, joins_values) + "[" + plain(option.text) + "]";
    for (const ValueDescription& value : option.values)
      text += value_part(value, option.value_may_be_absent);
    specifications.push_back(std::move(text));
  }
  return specifications;
}

std::string operand_specification(const OperandDescription& operand, size_t number) {
  if (operand.repeats) return "*" + value_part(operand.value, false);
  return std::to_string(number) + value_part(operand.value, !operand.required);
}

std::string arguments_call(const CommandDescription& command) {
  std::string text = command.is_program ? "_arguments :" : "_arguments -s -S :";
  for (const OptionDescription& option : command.options)
    for (const std::string& specification : option_specifications(option, !command.is_program))
      text += " \\\n    " + posix_quoted(specification);
  size_t number = 0;
  for (const OperandDescription& operand : command.operands)
    text += " \\\n    " + posix_quoted(operand_specification(operand, ++number));
  return text;
}

std::string command_function(const std::string& name, const CommandDescription& command) {
  return "\n" + name + "() {\n  " + arguments_call(command) + "\n}\n";
}

std::string list_of_commands(const ProgramDescription& program) {
  std::string text = "\n_elfwheel_commands() {\n  local -a commands=(";
  for (const CommandDescription& command : program.commands)
    text += "\n    " + posix_quoted(backslashed(command.name, "\\:") + ":" +
                                    backslashed(command.summary, "\\"));
  return text + "\n  )\n  _describe -t commands command commands\n}\n";
}

constexpr const char* kDispatch = R"sh(
# Not _files -g: where no wheel is, it offers all files.
_elfwheel_wheels() {
  _alternative 'wheels:wheel:_path_files -g "*.whl(-.)"' 'directories:directory:_path_files -/'
}

_elfwheel_program() {
  local curcontext=$curcontext state line ret=1
  typeset -A opt_args
  _arguments -C -S : @OPTIONS@ \
    '1:command:_elfwheel_commands' '*:::argument:->argument' && ret=0
  if [[ $state == argument ]]; then
    words=("$line[1]" "$words[@]")
    ((CURRENT += 1))
    curcontext=${curcontext%:*:*}:elfwheel-$line[1]:
    if (($+functions[_elfwheel_$line[1]])); then
      _elfwheel_$line[1] && ret=0
    fi
  fi
  return ret
}

_elfwheel_called() {
  if [[ $service == patchelf ]]; then
    _elfwheel_patchelf
  else
    _elfwheel_program
  fi
}

# Found in $fpath, this file is the function's body; else it is being read by `source`.
if [[ $funcstack[1] == _elfwheel ]]; then
  _elfwheel_called "$@"
else
  _elfwheel() { _elfwheel_called "$@" }
  compdef _elfwheel elfwheel patchelf
fi
)sh";

std::string dispatch(const ProgramDescription& program) {
  std::string text = kDispatch;
  std::string specifications;
  for (const OptionDescription& option : program.options)
    for (const std::string& specification : option_specifications(option, true))
      specifications += "\\\n    " +
                        posix_quoted("(- *)" + specification.substr(specification.find(
                                                   '-', specification.find(')')))) +
                        " ";
  const std::string mark = "@OPTIONS@ ";
  return text.replace(text.find(mark), mark.size(), specifications);
}

}  // namespace

std::string zsh_completion(const ProgramDescription& program) {
  std::string text = "#compdef elfwheel patchelf\n# zsh completion for " + program.name +
                     ", and for a link to it named patchelf.\n# Made by `" + program.name +
                     " completion zsh`.\n";
  text += list_of_commands(program);
  for (const CommandDescription& command : program.commands)
    text += command_function("_elfwheel_" + command.name, command);
  return text + dispatch(program);
}

}  // namespace elfwheel::cli
