#include "repair/twins.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/paths.h"

namespace elfwheel::repair {
namespace {

class TwinJoiner {
 public:
  TwinJoiner(const wheel::Wheel& wheel, AuditedWheel& audited)
      : wheel_(wheel), audited_(audited), audit_(audited.audit) {}

  void run() {
    class_of_ = classes_by_content();
    // Copies whose needs are answered by different files are different libraries; telling them
    // apart may tell others apart that need them.
    for (size_t known = 0; count_classes() != known;) {
      known = count_classes();
      split_by_needs();
    }
    for (const auto& [twins, needs] : uses_of_classes()) join(twins, needs);
  }

 private:
  using Needs = std::vector<Need*>;

  bool is_plain_library(size_t member) const {
    return !audit_.members[member].is_program && !audit_.members[member].is_extension;
  }

  std::vector<size_t> classes_by_content() const {
    std::vector<size_t> classes;
    std::map<std::pair<uint64_t, uint32_t>, std::vector<size_t>> alike;
    for (size_t i = 0; i < audit_.members.size(); ++i) {
      classes.push_back(i);
      if (!is_plain_library(i)) continue;
      const auto& entry = wheel_.archive.entries()[audit_.members[i].entry];
      auto& others = alike[{entry.size, entry.crc32}];
      const auto twin = std::find_if(others.begin(), others.end(), [&](size_t other) {
        return content(other).text() == content(i).text();
      });
      if (twin != others.end()) classes[i] = *twin;
      others.push_back(i);
    }
    return classes;
  }

  Bytes content(size_t member) const { return audited_.elf.members[member].content.bytes(); }

  size_t count_classes() const {
    return std::set<size_t>(class_of_.begin(), class_of_.end()).size();
  }

  void split_by_needs() {
    using Answer = std::tuple<std::string, SupplierKind, size_t>;
    std::map<std::pair<size_t, std::vector<Answer>>, size_t> first_of;
    std::vector<size_t> classes = class_of_;
    for (size_t i = 0; i < classes.size(); ++i) {
      std::vector<Answer> answers;
      for (const Need& need : audit_.members[i].needs)
        answers.emplace_back(
            need.name, need.kind,
            need.kind == SupplierKind::kMember ? class_of_[need.index] : need.index);
      classes[i] = first_of.emplace(std::pair(class_of_[i], answers), i).first->second;
    }
    class_of_ = std::move(classes);
  }

  // Of each class with several members, in their order, all needs that they answer to.
  std::vector<std::pair<std::vector<size_t>, Needs>> uses_of_classes() {
    std::map<size_t, std::pair<std::vector<size_t>, Needs>> classes;
    for (size_t i = 0; i < class_of_.size(); ++i) classes[class_of_[i]].first.push_back(i);
    const auto note = [&](std::vector<Need>& needs) {
      for (Need& need : needs)
        if (need.kind == SupplierKind::kMember && need.needed && !need.opened)
          classes[class_of_[need.index]].second.push_back(&need);
    };
    for (AuditedMember& member : audit_.members) note(member.needs);
    for (OutsideLibrary& library : audit_.libraries) note(library.needs);
    std::vector<std::pair<std::vector<size_t>, Needs>> result;
    for (auto& [first, uses] : classes)
      if (uses.first.size() > 1) result.push_back(std::move(uses));
    return result;
  }

  // Files that are asked for under one name alone are one library to the loader already.
  void join(const std::vector<size_t>& twins, const Needs& needs) {
    std::map<std::string, size_t> names;
    for (const Need* const need : needs) ++names[need->name];
    if (names.size() < 2) return;
    const size_t chosen = choose(twins, names);
    std::set<std::string> others;
    for (Need* const need : needs) {
      if (need->index != chosen) others.insert(audit_.members[need->index].path);
      need->index = chosen;
    }
    if (others.empty()) return;
    audit_.notes.push_back(
        fmt::format("{} has the content of {}, and those that need it use that now",
                    fmt::join(others, ", "), audit_.members[chosen].path));
  }

  size_t choose(const std::vector<size_t>& twins,
                const std::map<std::string, size_t>& names) const {
    const auto rank = [&](size_t member) {
      const std::string name(base_name(audit_.members[member].path));
      const auto uses = names.find(name);
      return std::pair(audit_.members[member].facts.soname == name,
                       uses == names.end() ? size_t{0} : uses->second);
    };
    return *std::max_element(twins.begin(), twins.end(),
                             [&](size_t a, size_t b) { return rank(a) < rank(b); });
  }

  const wheel::Wheel& wheel_;
  AuditedWheel& audited_;
  WheelAudit& audit_;
  std::vector<size_t> class_of_;  // by member: the first member that does the same
};

}  // namespace

void join_twins(const wheel::Wheel& wheel, AuditedWheel& audited) {
  TwinJoiner(wheel, audited).run();
}

}  // namespace elfwheel::repair
