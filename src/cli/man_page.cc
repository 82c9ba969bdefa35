#include "cli/man_page.h"

#include <cctype>

#include "cli/roff.h"

namespace elfwheel::cli {

namespace {

std::string title(const std::string& page, const ProgramDescription& program,
                  const std::string& date) {
  std::string capitals = page;
  for (char& c : capitals) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  // mandoc reads a date as it stands, without escapes.
  return ".TH " + roff_argument(capitals) + " 1 " + "\"" + date + "\"" + " " +
         roff_argument(program.name + " " + program.version) + " " + roff_argument(program.name) +
         "\n";
}

// What whatis(1) shows: no capital at the start, unless the word is a name.
std::string name_section(const std::string& page, std::string summary) {
  if (summary.size() > 1 && std::islower(static_cast<unsigned char>(summary[1])) != 0)
    summary[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(summary[0])));
  if (summary.ends_with('.')) summary.pop_back();
  return ".SH NAME\n" + roff_text(page) + " \\- " + roff_text(summary) + "\n";
}

// A paragraph with `tag` beside it.
std::string tagged(const std::string& tag, const std::string& lines) {
  return ".TP\n" + tag + "\n" + (lines.empty() ? "\\&\n" : lines);
}

std::string paragraphs(const std::vector<std::string>& texts, bool first_of_section) {
  std::string result;
  for (const std::string& text : texts) {
    if (!first_of_section) result += ".PP\n";
    result += roff_lines(text);
    first_of_section = false;
  }
  return result;
}

std::string example_section(const std::vector<std::string>& examples) {
  if (examples.empty()) return "";
  std::string result = examples.size() == 1 ? ".SH EXAMPLE\n" : ".SH EXAMPLES\n";
  result += ".nf\n";
  for (const std::string& example : examples) result += roff_text(example) + "\n";
  return result + ".fi\n";
}

std::string facts(const std::vector<Fact>& rows) {
  std::string result;
  for (const Fact& row : rows) result += tagged(roff_bold(row.name), roff_lines(row.text));
  return result;
}

std::string option_tag(const OptionDescription& option) {
  std::string tag;
  for (const std::string& name : option.names) tag += (tag.empty() ? "" : ", ") + roff_bold(name);
  if (option.value_may_be_absent) return tag + "[=" + roff_italic(option.values.front().name) + "]";
  for (const ValueDescription& value : option.values) tag += " " + roff_italic(value.name);
  return tag;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// A list that a page has room for.
constexpr size_t kMaxListedWords = 20;

std::string option_text(const OptionDescription& option) {
  std::vector<std::string> sentences = {option.text};
  if (!option.values.empty()) {
    const std::vector<std::string>& words = option.values.back().words;
    if (!words.empty() && words.size() <= kMaxListedWords)
      sentences.push_back("One of: " + listed(words));
  }
  if (option.repeatable) sentences.emplace_back("May be given again");
  if (!option.default_value.empty()) sentences.push_back("Default: " + option.default_value);
  if (!option.variable.empty())
    sentences.push_back("Where it is not given, the environment variable " + option.variable +
                        " counts");
  if (!option.excludes.empty()) sentences.push_back("Does not go with " + listed(option.excludes));
  std::string text;
  for (const std::string& sentence : sentences) {
    if (sentence.empty()) continue;
    text += (text.empty() ? "" : " ") + sentence + (sentence.ends_with('.') ? "" : ".");
  }
  return text;
}

std::string option_section(const std::vector<OptionDescription>& options) {
  std::string result = ".SH OPTIONS\n";
  const std::vector<std::string> headings = headings_of(options);
  for (const std::string& heading : headings) {
    if (headings.size() > 1) result += ".SS " + roff_argument(heading) + "\n";
    for (const OptionDescription& option : options)
      if (option.heading == heading)
        result += tagged(option_tag(option), roff_lines(option_text(option)));
  }
  return result;
}

std::string synopsis(const ProgramDescription& program, const CommandDescription& command) {
  std::string line =
      roff_bold(program.name + " " + command.name) + " [" + roff_italic("OPTION") + "]...";
  for (const OperandDescription& operand : command.operands)
    line += " " + roff_text(operand_usage(operand));
  return ".SH SYNOPSIS\n" + line + "\n";
}

std::string operands(const CommandDescription& command) {
  std::string result;
  for (const OperandDescription& operand : command.operands)
    result += tagged(roff_italic(operand.value.name), roff_lines(operand.text + "."));
  return result;
}

std::string page_name(const ProgramDescription& program, const CommandDescription& command) {
  return program.name + "-" + command.name;
}

std::string reference(const std::string& page) { return roff_bold(page) + "(1)"; }

}  // namespace

std::string program_man_page(const ProgramDescription& program, const std::string& date) {
  std::string page = title(program.name, program, date);
  page += name_section(program.name, program.summary);
  page += ".SH SYNOPSIS\n" + roff_bold(program.name) + " " + roff_italic("COMMAND") + " [" +
          roff_italic("OPTION") + "]... [" + roff_italic("ARGUMENT") + "]...\n";
  page += ".SH DESCRIPTION\n" + paragraphs(program.notes, true);
  page += ".SH COMMANDS\n";
  for (const std::string& heading : headings_of(program.commands)) {
    page += ".SS " + roff_argument(heading) + "\n";
    for (const CommandDescription& command : program.commands)
      if (command.heading == heading)
        page += tagged(reference(page_name(program, command)), roff_lines(command.summary + "."));
  }
  page += option_section(program.options);
  page += ".SH EXIT STATUS\n" + facts(program.exit_statuses);
  page += ".SH ENVIRONMENT\n" + facts(program.variables);
  page += example_section(program.examples);
  page += ".SH SEE ALSO\n" + roff_bold("ld.so") + "(8), " + reference("patchelf") + "\n";
  return page;
}

std::string command_man_page(const ProgramDescription& program, const CommandDescription& command,
                             const std::string& date) {
  const std::string name = page_name(program, command);
  std::string page = title(name, program, date);
  page += name_section(name, command.summary);
  page += synopsis(program, command);
  page += ".SH DESCRIPTION\n" + roff_lines(command.summary + ".");
  page += paragraphs(command.notes, false);
  page += operands(command);
  page += option_section(command.options);
  const bool has_own = !command.exit_statuses.empty();
  page += ".SH EXIT STATUS\n" + facts(has_own ? command.exit_statuses : program.exit_statuses);
  page += example_section(command.examples);
  page += ".SH SEE ALSO\n" + reference(program.name) + "\n";
  return page;
}

}  // namespace elfwheel::cli
