#include "elf/strip/section_table.h"

#include <map>

namespace elfwheel::elf {
namespace {

// gABI chapter 4, Figure 4-14: where sh_info is a section's number.
bool info_is_section(const Section& section) {
  return section.sh_type == SHT_REL || section.sh_type == SHT_RELA ||
         (section.sh_flags & SHF_INFO_LINK) != 0;
}

}  // namespace

SectionNumbers number_sections(const std::vector<Section>& sections, const StripPlan& plan,
                               bool adds_link) {
  size_t last_loaded = 0;
  for (size_t i = 0; i < sections.size(); ++i)
    if ((sections[i].sh_flags & SHF_ALLOC) != 0) last_loaded = i;
  SectionNumbers numbers;
  for (size_t i = 0; i < sections.size(); ++i) {
    if (plan.taken[i] && i > last_loaded) {
      numbers.new_index.emplace_back(std::nullopt);
    } else {
      numbers.new_index.emplace_back(static_cast<uint32_t>(numbers.count++));
    }
  }
  if (adds_link) ++numbers.count;
  return numbers;
}

std::vector<Section> renumbered(const std::vector<Section>& sections, const StripPlan& plan,
                                const SectionNumbers& numbers) {
  // A number that leads nowhere, or to what was taken, becomes 0.
  const auto renew = [&](uint32_t& number) {
    const bool stays = number < sections.size() && !plan.taken[number];
    number = stays ? numbers.new_index[number].value_or(0) : 0;
  };
  std::vector<Section> result;
  for (size_t i = 0; i < sections.size(); ++i) {
    if (!numbers.new_index[i]) continue;
    if (plan.taken[i]) {
      result.emplace_back();
      continue;
    }
    Section section = sections[i];
    if (i != 0) {
      renew(section.sh_link);
      if (info_is_section(section)) renew(section.sh_info);
    }
    result.push_back(std::move(section));
  }
  return result;
}

std::string name_sections(std::vector<Section>& sections) {
  std::string table(1, '\0');
  std::map<std::string, uint32_t> known = {{"", 0}};
  for (Section& section : sections) {
    const auto [place, is_new] = known.emplace(section.name, static_cast<uint32_t>(table.size()));
    if (is_new) table += section.name + '\0';
    section.sh_name = place->second;
  }
  return table;
}

}  // namespace elfwheel::elf
