#include "cli/command_description.h"

#include <algorithm>

namespace elfwheel::cli {

namespace {

template <class Described>
std::vector<std::string> headings(const std::vector<Described>& all) {
  std::vector<std::string> found;
  for (const Described& one : all)
    if (std::find(found.begin(), found.end(), one.heading) == found.end())
      found.push_back(one.heading);
  return found;
}

}  // namespace

std::vector<std::string> headings_of(const std::vector<OptionDescription>& options) {
  return headings(options);
}

std::vector<std::string> headings_of(const std::vector<CommandDescription>& commands) {
  return headings(commands);
}

std::string operand_usage(const OperandDescription& operand) {
  std::string usage = operand.value.name + (operand.repeats ? "..." : "");
  if (!operand.required) usage = "[" + usage + "]";
  if (!operand.behind.empty()) usage += " " + operand.behind;
  return usage;
}

std::string value_usage(const OptionDescription& option) {
  if (option.value_may_be_absent) return "[=" + option.values.front().name + "]";
  std::string usage;
  for (const ValueDescription& value : option.values) usage += " " + value.name;
  return usage;
}

}  // namespace elfwheel::cli
