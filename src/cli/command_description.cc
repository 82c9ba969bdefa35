#include "cli/command_description.h"

#include <algorithm>
#include <iterator>
#include <string_view>

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

ValueKind value_kind(const std::string& name) {
  struct Known {
    std::string_view name;
    ValueKind kind;
  };
  constexpr Known kKnown[] = {
      {"FILE", ValueKind::kFile},         {"FILE[:MODE]", ValueKind::kFile},
      {"OUT", ValueKind::kFile},          {"MAP", ValueKind::kFile},
      {"LOADER", ValueKind::kFile},       {"WHEEL", ValueKind::kWheel},
      {"WHEEL|DIR", ValueKind::kWheel},   {"DIR", ValueKind::kDirectory},
      {"A:B", ValueKind::kDirectoryList}, {"DIRS", ValueKind::kAny},
  };
  const auto* const known = std::find_if(std::begin(kKnown), std::end(kKnown),
                                         [&](const Known& row) { return row.name == name; });
  return known == std::end(kKnown) ? ValueKind::kAny : known->kind;
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
