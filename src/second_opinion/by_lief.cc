// The story of a second opinion: all four readings, in a child process.

#include <algorithm>

#include "elfwheel/base/error.h"
#include "elfwheel/second_opinion/second_opinion.h"
#include "second_opinion/compare.h"
#include "second_opinion/in_child.h"

namespace elfwheel::second_opinion {
namespace {

// LIEF reads a megabyte in milliseconds; this is for machines that are busy with other things.
unsigned time_limit(size_t bytes) { return 60 + static_cast<unsigned>(bytes >> 22); }

// How many symbols LIEF finds by one way of counting, if that is at most what there is.
size_t usable_count(const Facts& lief, const Facts& own) {
  return lief.symbols.size() <= own.symbols.size() ? lief.symbols.size() : 0;
}

void cut_symbols(const Facts& lief, Facts& own) {
  own.symbols_cut = lief.symbols.size() < own.symbols.size();
  own.symbols.resize(std::min(own.symbols.size(), lief.symbols.size()));
}

// LIEF's readings, with the way of counting that finds the most symbols. No way is right for every
// file: LIEF 0.9 finds none without section headers by the one; too many or none where the hash
// table ends with the file by the other; and by the third those up to the last that a relocation
// names, which is then what can be compared.
void add_lief(Bytes original, Bytes edited, Readings& readings) {
  const size_t wanted = readings.own_before.symbols.size() + readings.own_after.symbols.size();
  size_t most = 0;
  for (const SymbolCount count :
       {SymbolCount::kBySections, SymbolCount::kByHash, SymbolCount::kByRelocations}) {
    Facts before = read_with_lief(original, count);
    Facts after = read_with_lief(edited, count);
    const size_t found_before = usable_count(before, readings.own_before);
    const size_t found_after = usable_count(after, readings.own_after);
    const size_t found = found_before == 0 || found_after == 0 ? 0 : found_before + found_after;
    if (count == SymbolCount::kBySections || found > most) {
      readings.lief_before = std::move(before);
      readings.lief_after = std::move(after);
      most = found;
    }
    if (most == wanted) return;
  }
  if (most == 0) return;
  cut_symbols(readings.lief_before, readings.own_before);
  cut_symbols(readings.lief_after, readings.own_after);
  readings.lief_before.symbols_cut = readings.own_before.symbols_cut;
  readings.lief_after.symbols_cut = readings.own_after.symbols_cut;
}

// Code that LIEF did not load it cannot judge.
void drop_unread_digests(const Facts& lief, Facts& own) {
  for (size_t i = 0; i < lief.sections.size() && i < own.sections.size(); ++i)
    if (lief.sections[i].digest == 0) own.sections[i].digest = 0;
}

// What is wrong with the edit, or empty.
std::string judge(Bytes original, Bytes edited, const elf::Edits& edits) {
  Readings readings;
  readings.own_before = read_with_elfwheel(elf::ElfFile::parse(original));
  readings.own_after = read_with_elfwheel(elf::ElfFile::parse(edited));
  add_lief(original, edited, readings);
  drop_unread_digests(readings.lief_before, readings.own_before);
  drop_unread_digests(readings.lief_after, readings.own_after);
  const std::vector<std::string> found = objections(readings, edits);
  return found.empty() ? std::string() : found.front();
}

}  // namespace

bool available() { return true; }

elf::SecondOpinion by_lief() {
  return [](Bytes original, Bytes edited, const elf::Edits& edits) {
    const ChildAnswer answer = run_in_child([&] { return judge(original, edited, edits); },
                                            time_limit(original.size() + edited.size()));
    std::string objection = answer.text;
    if (!answer.failure.empty()) objection = "LIEF could not read the file: " + answer.failure;
    if (objection.empty()) return;
    throw Error(ErrorCode::kCorrupt, "cross-check: " + objection + "; nothing was written");
  };
}

}  // namespace elfwheel::second_opinion
