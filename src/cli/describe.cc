#include "cli/describe.h"

#include <algorithm>
#include <string_view>

#include "base/paths.h"

namespace elfwheel::cli {

namespace {

// Lines of a paragraph are joined; an empty line ends it.
void read_footer(const std::string& footer, CommandDescription& description) {
  bool in_examples = false;
  bool in_paragraph = false;
  for (const std::string& line : split(footer, '\n')) {
    if (line == "Example:" || line == "Examples:") {
      in_examples = true;
    } else if (line.empty()) {
      in_paragraph = false;
    } else if (in_examples) {
      description.examples.push_back(
          line.substr(std::min(line.find_first_not_of(' '), line.size())));
    } else if (in_paragraph) {
      description.notes.back() += " " + line;
    } else {
      description.notes.push_back(line);
      in_paragraph = true;
    }
  }
}

std::string joined_lines(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// CLI11 writes "TYPE:{a,b}" for a type with a set of words.
ValueDescription describe_value(const std::string& type) {
  ValueDescription value;
  const size_t set = type.find(":{");
  value.name = type.substr(0, set);
  if (set == std::string::npos) {
    value.kind = value_kind(value.name);
    return value;
  }
  value.kind = ValueKind::kWords;
  const std::string words = type.substr(set + 2, type.rfind('}') - set - 2);
  for (const std::string& word : CLI::detail::split(words, ',')) value.words.push_back(word);
  return value;
}

// The parser is given the one of both names that is set; what is written is the same everywhere.
std::string shown_variable(const std::string& name) {
  constexpr std::string_view kTheirs = "AUDITWHEEL_";
  if (!name.starts_with(kTheirs)) return name;
  return "ELFWHEEL_" + name.substr(kTheirs.size());
}

std::vector<std::string> option_names(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

bool repeats(const CLI::Option& option) {
  return option.get_expected_max() >= CLI::detail::expected_max_vector_size;
}

OptionDescription describe_option(const CLI::Option& option) {
  OptionDescription description;
  description.names = option_names(option);
  description.text = joined_lines(option.get_description());
  description.heading = option.get_group();
  const bool is_flag = option.get_expected_max() == 0;
  if (const std::string type = option.get_type_name(); !is_flag || !type.empty())
    description.values.push_back(describe_value(type));
  description.value_may_be_absent = is_flag && !description.values.empty();
  description.repeatable = repeats(option);
  description.default_value = option.get_default_str();
  description.variable = shown_variable(option.get_envname());
  for (const CLI::Option* const other : option.get_excludes()) {
    const std::vector<std::string> names = option_names(*other);
    description.excludes.insert(description.excludes.end(), names.begin(), names.end());
  }
  // CLI11 keeps them in the order of their addresses.
  std::sort(description.excludes.begin(), description.excludes.end());
  return description;
}

OperandDescription describe_operand(const CLI::Option& option) {
  OperandDescription operand;
  operand.value = describe_value(option.get_type_name());
  operand.behind = operand.value.name;
  operand.value.name = option.get_name(true);
  if (operand.value.kind != ValueKind::kWords) operand.value.kind = value_kind(operand.value.name);
  operand.text = joined_lines(option.get_description());
  operand.required = option.get_required();
  operand.repeats = repeats(option);
  return operand;
}

}  // namespace

CommandDescription describe_command(const CLI::App& app) {
  CommandDescription description;
  description.name = app.get_name();
  description.heading = app.get_group();
  description.summary = app.get_description();
  read_footer(app.get_footer(), description);
  for (const CLI::Option* const option : app.get_options()) {
    if (option->get_group().empty() || option == app.get_help_ptr()) continue;
    if (option->get_positional())
      description.operands.push_back(describe_operand(*option));
    else
      description.options.push_back(describe_option(*option));
  }
  if (app.get_help_ptr() != nullptr)
    description.options.push_back(describe_option(*app.get_help_ptr()));
  return description;
}

ProgramDescription describe_program(const CLI::App& app) {
  const CommandDescription itself = describe_command(app);
  ProgramDescription program;
  program.name = itself.name;
  program.summary = itself.summary;
  program.notes = itself.notes;
  program.examples = itself.examples;
  program.options = itself.options;
  for (const CLI::App* const command :
       app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); }))
    program.commands.push_back(describe_command(*command));
  return program;
}

}  // namespace elfwheel::cli
