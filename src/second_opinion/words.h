// Facts as they are named in messages.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "second_opinion/facts.h"

namespace elfwheel::second_opinion {

std::string words(const std::string& text);  // in quotes
std::string words(const std::optional<std::string>& text);
std::string words(const HeaderFact& header);
std::string words(const elf::DynEntry& entry);
std::string words(const SegmentFact& segment);
std::string words(const SectionFact& section);
std::string words(const SymbolFact& symbol);

// How two lists differ: `<what> 3 A <relation> B` for the first pair that does, "none" for an item
// that one of them lacks; empty when they are the same. `A <relation> B` is for example
// `"x" where elfwheel reads "y"`.
template <class Item>
std::string first_difference(const std::string& what, const std::vector<Item>& a,
                             const std::string& relation, const std::vector<Item>& b) {
  for (size_t i = 0; i < a.size() || i < b.size(); ++i) {
    if (i < a.size() && i < b.size() && a[i] == b[i]) continue;
    const auto item = [i](const std::vector<Item>& list) {
      return i < list.size() ? words(list[i]) : std::string("none");
    };
    return what + " " + std::to_string(i) + " " + item(a) + relation + item(b);
  }
  return {};
}

template <class Value>
std::string value_difference(const std::string& what, const Value& a, const std::string& relation,
                             const Value& b) {
  return a == b ? std::string() : what + " " + words(a) + relation + words(b);
}

}  // namespace elfwheel::second_opinion
