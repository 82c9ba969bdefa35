// bash hands over the words of the line, where "--opt=value" is three of them (COMP_WORDBREAKS) and
// "a:b" too. The script walks over those in front of the cursor to learn what is next: a command,
// the value of an option, or which operand. Files are left to readline, which knows about quotes;
// only wheels are listed by the script.
#include <vector>

#include "cli/completion.h"
#include "cli/shell_quoting.h"

namespace elfwheel::cli {

namespace {

constexpr const char* kFunctions = R"(
# Offers those of the words that begin as the word at the cursor does.
_elfwheel_offer() {
  local word
  for word; do
    if [[ $word == "$cur"* ]]; then
      printf -v word %q "$word"
      COMPREPLY+=("$word")
    fi
  done
}

# Files *.whl, and directories on the way to them.
_elfwheel_wheels() {
  local path=$cur
  case $path in
    [\"\']*) path=${path:1} ;;
    *) path=${path//\\/} ;;
  esac
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen -f -X '!*.whl' -- "$path"; compgen -d -- "$path")
}

# Offers values of one kind.
_elfwheel_value() {
  case $1 in
    file) compopt -o default ;;
    wheel) _elfwheel_wheels ;;
    directory | directories) compopt -o dirnames ;;
    words\ *) _elfwheel_words "$1" ;;
  esac
}

# What is next on the line of a command whose options and operands begin at word $2: sets `next` to
# the kind of a value, or to nothing for an option, and `operand` to the number of operands so far.
_elfwheel_walk() {
  local command=$1 i word last= dashes= takes
  local -a pending=()
  operand=0 next= continued=
  for ((i = $2; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
      =) continue ;;
      # "a:b" is one value: what stands behind the colon is no other.
      :*)
        if ((i + 1 == COMP_CWORD)); then continued=$last; fi
        ((++i))
        continue
        ;;
    esac
    if ((${#pending[@]})); then
      last=${pending[0]}
      pending=("${pending[@]:1}")
    elif [[ $word == -- && -z $dashes && $joins ]]; then
      dashes=1
    elif [[ $word == -?* && -z $dashes ]]; then
      takes=()
      _elfwheel_takes "$command $word"
      if [[ ${takes[0]} == maybe ]]; then
        takes=("${takes[@]:1}")
        [[ ${COMP_WORDS[i + 1]} == = ]] || takes=()
      fi
      pending=("${takes[@]}")
    else
      ((++operand))
      last=
    fi
  done
  if [[ $cur == :* ]]; then continued=$last; fi
  case $cur in [=:]) cur= ;; esac
  if [[ $continued ]]; then
    [[ $continued == directories ]] && next=$continued || next=none
  elif ((${#pending[@]})); then
    next=${pending[0]}
  elif [[ $cur == -* && -z $dashes ]]; then
    next=
  else
    _elfwheel_operand "$command" "$operand"
  fi
}

_elfwheel_options_or_values() {
  local operand next continued
  _elfwheel_walk "$1" "$2"
  if [[ $next ]]; then
    _elfwheel_value "$next"
  else
    _elfwheel_offer_options "$1"
  fi
}

_elfwheel() {
  local cur=${COMP_WORDS[COMP_CWORD]} joins=1
  COMPREPLY=()
  if ((COMP_CWORD > 1)); then
    if [[ ${COMP_WORDS[1]} == patchelf ]]; then joins=; fi
    _elfwheel_options_or_values "${COMP_WORDS[1]}" 2
  elif [[ $cur == -* ]]; then
    _elfwheel_offer_options ''
  else
    _elfwheel_offer_commands
  fi
}

_elfwheel_patchelf() {
  local cur=${COMP_WORDS[COMP_CWORD]} joins=
  COMPREPLY=()
  _elfwheel_options_or_values patchelf 1
}

complete -F _elfwheel elfwheel
complete -F _elfwheel_patchelf patchelf
)";

std::string quoted_words(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += " " + posix_quoted(word);
  return text;
}

// Under what name the words of a value are found in _elfwheel_words.
std::string words_key(const std::string& command, const std::string& owner) {
  return "words " + command + " " + owner;
}

std::string kind(const ValueDescription& value, const std::string& command,
                 const std::string& owner) {
  switch (value.kind) {
    case ValueKind::kAny:
      return "none";
    case ValueKind::kFile:
      return "file";
    case ValueKind::kWheel:
      return "wheel";
    case ValueKind::kDirectory:
      return "directory";
    case ValueKind::kDirectoryList:
      return "directories";
    case ValueKind::kWords:
      return words_key(command, owner);
  }
  return "none";
}

std::string branch(const std::string& pattern, const std::string& body) {
  return "    " + pattern + ") " + body + " ;;\n";
}

// A function of one `case`, for all commands; `branches` makes those of one.
template <class Branches>
std::string case_function(const std::string& head, const ProgramDescription& program,
                          const std::string& subject, Branches branches) {
  std::string text = "\n" + head + " {\n  case " + subject + " in\n";
  for (const CommandDescription& command : program.commands) text += branches(command);
  return text + "  esac\n}\n";
}

std::string word_branches(const CommandDescription& command) {
  std::string text;
  const auto add = [&](const ValueDescription& value, const std::string& owner) {
    if (value.kind != ValueKind::kWords) return;
    text += branch(posix_quoted(words_key(command.name, owner)),
                   "_elfwheel_offer" + quoted_words(value.words));
  };
  for (const OptionDescription& option : command.options)
    for (const ValueDescription& value : option.values) add(value, option.names.back());
  for (const OperandDescription& operand : command.operands) add(operand.value, operand.value.name);
  return text;
}

std::string takes_branches(const CommandDescription& command) {
  std::string text;
  for (const OptionDescription& option : command.options) {
    if (option.values.empty()) continue;
    std::string pattern;
    for (const std::string& name : option.names)
      pattern += (pattern.empty() ? "" : " | ") + posix_quoted(command.name + " " + name);
    std::vector<std::string> kinds;
    if (option.value_may_be_absent) kinds.emplace_back("maybe");
    for (const ValueDescription& value : option.values)
      kinds.push_back(kind(value, command.name, option.names.back()));
    text += branch(pattern, "takes=(" + quoted_words(kinds).substr(1) + ")");
  }
  return text;
}

// Each operand by its number; a last one that repeats by '*'.
std::string operand_branches(const CommandDescription& command) {
  std::string text;
  for (size_t i = 0; i < command.operands.size(); ++i) {
    const OperandDescription& operand = command.operands[i];
    const std::string number = operand.repeats ? "*" : posix_quoted(std::to_string(i));
    text += branch(posix_quoted(command.name + " ") + number,
                   "next=" + posix_quoted(kind(operand.value, command.name, operand.value.name)));
  }
  return text + branch(posix_quoted(command.name + " ") + "*", "next=none");
}

std::vector<std::string> option_names(const std::vector<OptionDescription>& options) {
  std::vector<std::string> names;
  for (const OptionDescription& option : options)
    names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

std::string option_branches(const CommandDescription& command) {
  return branch(posix_quoted(command.name),
                "_elfwheel_offer" + quoted_words(option_names(command.options)));
}

std::vector<std::string> command_names(const ProgramDescription& program) {
  std::vector<std::string> names;
  for (const CommandDescription& command : program.commands) names.push_back(command.name);
  return names;
}

}  // namespace

std::string bash_completion(const ProgramDescription& program) {
  std::string text = "# bash completion for " + program.name +
                     ", and for a link to it named patchelf.\n" + "# Made by `" + program.name +
                     " completion bash`.\n";
  text += "\n_elfwheel_offer_commands() {\n  _elfwheel_offer" +
          quoted_words(command_names(program)) + "\n}\n";
  CommandDescription no_command;
  no_command.options = program.options;
  text += "\n_elfwheel_offer_options() {\n  case $1 in\n" + option_branches(no_command);
  for (const CommandDescription& command : program.commands) text += option_branches(command);
  text += "  esac\n}\n";
  text += case_function("_elfwheel_words()", program, "$1", word_branches);
  text += case_function("_elfwheel_takes()", program, "$1", takes_branches);
  text += case_function("_elfwheel_operand()", program, "\"$1 $2\"", operand_branches);
  return text + kFunctions;
}

}  // namespace elfwheel::cli
