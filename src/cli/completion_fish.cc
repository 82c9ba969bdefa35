// fish takes one `complete` for each thing that can be offered, with a condition for when: which
// command it is, and which operand comes next.
#include <vector>

#include "cli/completion.h"
#include "cli/shell_quoting.h"

namespace elfwheel::cli {

namespace {

constexpr const char* kFunctions = R"sh(
# Files *.whl that begin as the word at the cursor does.
function __elfwheel_wheels
    set -l start (string unescape -- (commandline -ct))
    for path in $start*.whl
        echo $path
    end
end

# Whether the command is $argv[1] ('' = none yet) and the operand that comes next is one from number
# $argv[2] to number $argv[3].
function __elfwheel_at
    set -l command
    set -l operands 0
    set -l skipped 0
    set -l words (commandline -opc)
    for word in $words[2..]
        if test $skipped -gt 0
            set skipped (math $skipped - 1)
        else if test -z "$command"
            string match -q -- '-*' $word; or set command $word
        else if string match -q -- '-*' $word
            contains -- "$command $word" $__elfwheel_takes_value; and set skipped 1
            contains -- "$command $word" $__elfwheel_takes_two_values; and set skipped 2
        else
            set operands (math $operands + 1)
        end
    end
    test "$command" = "$argv[1]" -a $operands -ge $argv[2] -a $operands -le $argv[3]
end
)sh";

constexpr const char* kAny = "9999";  // as the number of the last operand

std::string at(const std::string& command, size_t first, const std::string& last) {
  return " -n " + fish_quoted("__elfwheel_at " + fish_quoted(command) + " " +
                              std::to_string(first) + " " + last);
}

// fish reads a list of words as its own language.
std::string offered(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + fish_quoted(word);
  return " -a " + fish_quoted(text);
}

// The flags of `complete` that say what is offered for a value; files only where they are meant.
std::string value_flags(const ValueDescription& value) {
  switch (value.kind) {
    case ValueKind::kAny:
      return " -f";
    case ValueKind::kFile:
      return " -F";
    case ValueKind::kWheel:
      return " -f -a '(__elfwheel_wheels) (__fish_complete_directories)'";
    case ValueKind::kDirectory:
    case ValueKind::kDirectoryList:
      return " -f -a '(__fish_complete_directories)'";
    case ValueKind::kWords:
      return " -f" + offered(value.words);
  }
  return "";
}

std::string name_flags(const OptionDescription& option) {
  std::string text;
  for (const std::string& name : option.names)
    text += name.starts_with("--") ? " -l " + fish_quoted(name.substr(2))
                                   : " -s " + fish_quoted(name.substr(1));
  return text;
}

std::string option_line(const std::string& start, const OptionDescription& option) {
  std::string text = start + name_flags(option);
  if (!option.values.empty()) {
    if (!option.value_may_be_absent) text += " -r";
    text += value_flags(option.values.front());
  }
  return text + " -d " + fish_quoted(option.text) + "\n";
}

std::string command_lines(const std::string& start, const CommandDescription& command) {
  std::string text;
  for (const OptionDescription& option : command.options)
    text += option_line(start + at(command.name, 0, kAny), option);
  for (size_t i = 0; i < command.operands.size(); ++i) {
    const OperandDescription& operand = command.operands[i];
    if (operand.value.kind == ValueKind::kAny) continue;
    text += start + at(command.name, i, operand.repeats ? kAny : std::to_string(i)) +
            value_flags(operand.value) + "\n";
  }
  return text;
}

// "COMMAND OPTION" for each option that takes `count` words.
std::string options_with_values(const ProgramDescription& program, size_t count) {
  std::string text;
  const auto add = [&](const CommandDescription& command) {
    for (const OptionDescription& option : command.options) {
      if (option.values.size() != count || option.value_may_be_absent) continue;
      for (const std::string& name : option.names)
        text += " " + fish_quoted(command.name + " " + name);
    }
  };
  for (const CommandDescription& command : program.commands) add(command);
  return text + "\n";
}

// Its operands are files, which fish offers where nobody says otherwise.
std::string program_lines(const CommandDescription& command) {
  std::string text = "\n";
  for (const OptionDescription& option : command.options)
    text += option_line("complete -c " + command.name, option);
  return text;
}

}  // namespace

std::string fish_completion(const ProgramDescription& program) {
  std::string text = "# fish completion for " + program.name +
                     ", and for a link to it named patchelf.\n# Made by `" + program.name +
                     " completion fish`.\n";
  text += "\nset -g __elfwheel_takes_value" + options_with_values(program, 1);
  text += "set -g __elfwheel_takes_two_values" + options_with_values(program, 2);
  text += kFunctions;
  const std::string start = "complete -c " + program.name;
  text += "\n" + start + " -f\n";
  for (const OptionDescription& option : program.options)
    text += option_line(start + at("", 0, kAny), option);
  for (const CommandDescription& command : program.commands)
    text += start + at("", 0, kAny) + offered({command.name}) + " -d " +
            fish_quoted(command.summary) + "\n";
  for (const CommandDescription& command : program.commands)
    text += "\n" + command_lines(start, command);
  for (const CommandDescription& command : program.commands)
    if (command.is_program) text += program_lines(command);
  return text;
}

}  // namespace elfwheel::cli
