// The story of a second opinion: all four readings, and what to make of them.

#include <algorithm>

#include "elfwheel/base/error.h"
#include "elfwheel/second_opinion/second_opinion.h"
#include "second_opinion/compare.h"
#include "second_opinion/facts.h"

namespace elfwheel::second_opinion {
namespace {

Facts read(Bytes bytes, SymbolCount count) {
  return with_where("LIEF could not read the file", [&] { return read_with_lief(bytes, count); });
}

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
    Facts before = read(original, count);
    Facts after = read(edited, count);
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

void judge(Bytes original, Bytes edited, const elf::Edits& edits) {
  Readings readings;
  readings.own_before = read_with_elfwheel(elf::ElfFile::parse(original));
  readings.own_after = read_with_elfwheel(elf::ElfFile::parse(edited));
  add_lief(original, edited, readings);
  drop_unread_digests(readings.lief_before, readings.own_before);
  drop_unread_digests(readings.lief_after, readings.own_after);
  const std::vector<std::string> found = objections(readings, edits);
  if (!found.empty()) throw Error(ErrorCode::kCorrupt, found.front());
}

}  // namespace

bool available() { return true; }

elf::SecondOpinion by_lief() {
  return [](Bytes original, Bytes edited, const elf::Edits& edits) {
    try {
      judge(original, edited, edits);
    } catch (const Error& error) {
      throw Error(error.code(),
                  std::string("cross-check: ") + error.what() + "; nothing was written");
    }
  };
}

}  // namespace elfwheel::second_opinion
