#include "cli/help_text.h"

#include <algorithm>

#include "cli/wrapped_text.h"

namespace elfwheel::cli {

namespace {

constexpr size_t kColumns = 80;

// "  LEFT   text": lines of `text` stand below each other from column `indent` on. A longer LEFT
// takes as much of the first line as it needs.
std::string row(const std::string& left, const std::string& text, size_t indent) {
  std::string line = "  " + left;
  if (text.empty()) return line + "\n";
  line += std::string(line.size() + 2 > indent ? 2 : indent - line.size(), ' ');
  std::string result;
  size_t begin = 0;
  // The first line may have less room than the others, so it is filled on its own.
  const std::vector<std::string> first = wrap_text(text, kColumns - line.size());
  result = line + first.front() + "\n";
  begin = first.front().size();
  for (const std::string& rest : wrap_text(std::string_view(text).substr(begin), kColumns - indent))
    result += std::string(indent, ' ') + rest + "\n";
  return result;
}

std::string option_left(const OptionDescription& option) {
  std::string left;
  for (const std::string& name : option.names) left += (left.empty() ? "" : ", ") + name;
  return left + value_usage(option) + (option.repeatable ? " ..." : "");
}

std::string option_text(const OptionDescription& option) {
  std::string text = option.text;
  if (!option.default_value.empty()) text += " (default: " + option.default_value + ")";
  if (!option.variable.empty()) text += " [$" + option.variable + "]";
  return text;
}

// Where the texts begin: behind the longest name that leaves them enough room.
size_t text_column(const std::vector<std::string>& lefts) {
  constexpr size_t kMost = 30;
  size_t column = 0;
  for (const std::string& left : lefts)
    if (left.size() + 4 <= kMost) column = std::max(column, left.size() + 4);
  return column == 0 ? kMost : column;
}

std::string paragraphs(const std::vector<std::string>& notes) {
  std::string text;
  for (const std::string& note : notes)
    for (const std::string& line : wrap_text(note, kColumns)) text += line + "\n";
  return text.empty() ? "" : "\n" + text;
}

std::string examples(const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string text = lines.size() == 1 ? "\nExample:\n" : "\nExamples:\n";
  for (const std::string& line : lines) text += "  " + line + "\n";
  return text;
}

std::string option_rows(const std::vector<OptionDescription>& options, size_t column) {
  std::string text;
  bool repeatable = false;
  for (const std::string& heading : headings_of(options)) {
    text += heading + ":\n";
    for (const OptionDescription& option : options) {
      if (option.heading != heading) continue;
      text += row(option_left(option), option_text(option), column);
      repeatable = repeatable || option.repeatable;
    }
  }
  if (repeatable) text += "An option with ... may be given again.\n";
  return text;
}

// "  a  b  c", as many on a line as it holds.
std::string names(const std::vector<CommandDescription>& commands, const std::string& heading) {
  std::string text;
  std::string line;
  for (const CommandDescription& command : commands) {
    if (command.heading != heading) continue;
    if (line.size() + 2 + command.name.size() > kColumns) {
      text += line + "\n";
      line.clear();
    }
    line += "  " + command.name;
  }
  return text + line + "\n";
}

}  // namespace

std::string command_help_text(const std::string& program, const CommandDescription& command) {
  std::string usage = "Usage: " + program + " " + command.name + " [OPTION]...";
  std::vector<std::string> lefts;
  for (const OperandDescription& operand : command.operands) {
    usage += " " + operand_usage(operand);
    lefts.push_back(operand_usage(operand));
  }
  for (const OptionDescription& option : command.options) lefts.push_back(option_left(option));
  const size_t column = text_column(lefts);

  std::string text = command.summary + ".\n\n" + usage + "\n";
  for (const OperandDescription& operand : command.operands)
    text += row(operand_usage(operand), operand.text, column);
  text += "\n" + option_rows(command.options, column);
  return text + paragraphs(command.notes) + examples(command.examples);
}

std::string program_help_text(const ProgramDescription& program,
                              const std::set<std::string>& brief_headings) {
  std::string text =
      program.summary + ".\n\nUsage: " + program.name + " COMMAND [OPTION]... [ARGUMENT]...\n\n";
  std::vector<std::string> lefts;
  for (const CommandDescription& command : program.commands) lefts.push_back(command.name);
  const size_t column = text_column(lefts);
  for (const std::string& heading : headings_of(program.commands)) {
    text += heading + ":\n";
    if (brief_headings.contains(heading)) {
      text += names(program.commands, heading);
      continue;
    }
    for (const CommandDescription& command : program.commands)
      if (command.heading == heading) text += row(command.name, command.summary, column);
  }
  text += option_rows(program.options, column);
  return text + "\nMore: " + program.name +
         " COMMAND --help. Exit status: 0 done, 1 the answer is no,\n"
         "2 wrong usage or unreadable input.\n";
}

}  // namespace elfwheel::cli
