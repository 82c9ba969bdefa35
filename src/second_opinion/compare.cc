#include "second_opinion/compare.h"

#include "second_opinion/kept.h"
#include "second_opinion/words.h"

namespace elfwheel::second_opinion {
namespace {

// One comparison of `a` and `b` for every fact: `visit(difference, same-named fact of c, of d)`.
// Empty differences are skipped.
template <class Keep>
std::vector<std::string> compare(const Facts& a, const std::string& relation, const Facts& b,
                                 Keep&& keep) {
  std::vector<std::string> result;
  const auto add = [&](std::string difference, auto member) {
    if (!difference.empty() && keep(member)) result.push_back("LIEF reads " + difference);
  };
  const auto value = [&](const char* what, auto member) {
    add(value_difference(what, a.*member, relation, b.*member), member);
  };
  const auto list = [&](const char* what, auto member) {
    add(first_difference(what, a.*member, relation, b.*member), member);
  };
  value("header", &Facts::header);
  value("interpreter", &Facts::interpreter);
  list("needed", &Facts::needed);
  value("soname", &Facts::soname);
  value("rpath", &Facts::rpath);
  value("runpath", &Facts::runpath);
  list("dynamic entry", &Facts::dynamic);
  list("segment", &Facts::segments);
  list("section", &Facts::sections);
  list("symbol", &Facts::symbols);
  list("version need", &Facts::version_needs);
  return result;
}

constexpr char kElfwheelReads[] = " where elfwheel reads ";

}  // namespace

std::vector<std::string> differences(const Facts& lief, const Facts& own) {
  return compare(lief, kElfwheelReads, own, [](auto) { return true; });
}

std::vector<std::string> objections(const Readings& readings, const elf::Edits& edits) {
  const auto& [lief_before, own_before, lief_after, own_after] = readings;
  // Where the two disagree before the edit already, LIEF is no judge of what the fact should be
  // now; but then the edit must not have changed what it says.
  std::vector<std::string> result =
      compare(lief_after, kElfwheelReads, own_after, [&](auto member) {
        return lief_before.*member == own_before.*member ||
               lief_before.*member != lief_after.*member;
      });
  for (std::string& line : unwanted_changes(lief_before, lief_after, edits))
    result.push_back("LIEF reads " + std::move(line));
  return result;
}

}  // namespace elfwheel::second_opinion
