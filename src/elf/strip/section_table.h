// The section header table of a stripped file: which headers are left, with which numbers and
// names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elf/strip/strip_plan.h"

namespace elfwheel::elf {

inline constexpr char kDebugLinkSection[] = ".gnu_debuglink";

// Which header each old one becomes.
struct SectionNumbers {
  std::vector<std::optional<uint32_t>> new_index;  // by old index; nothing for those that go
  size_t count = 0;                                // of the new table, with a new link
};

// Loaded symbols know the numbers of loaded sections, and no loaded byte is to change: what is
// taken before the last loaded one leaves an empty header behind.
SectionNumbers number_sections(const std::vector<Section>& sections, const StripPlan& plan,
                               bool adds_link);

// The headers that are left, by new index, with the numbers in them renewed; their places are the
// old ones.
std::vector<Section> renumbered(const std::vector<Section>& sections, const StripPlan& plan,
                                const SectionNumbers& numbers);

// A name table for `sections`, whose sh_name are set.
std::string name_sections(std::vector<Section>& sections);

}  // namespace elfwheel::elf
