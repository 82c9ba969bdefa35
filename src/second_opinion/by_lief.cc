// The story of a second opinion: all four readings, in a child process.

#include "elfwheel/base/error.h"
#include "elfwheel/second_opinion/second_opinion.h"
#include "second_opinion/compare.h"
#include "second_opinion/in_child.h"

namespace elfwheel::second_opinion {
namespace {

// LIEF reads a megabyte in milliseconds; this is for machines that are busy with other things.
unsigned time_limit(size_t bytes) { return 60 + static_cast<unsigned>(bytes >> 22); }

// What is wrong with the edit, or empty.
std::string judge(Bytes original, Bytes edited, const elf::Edits& edits) {
  Readings readings;
  readings.own_before = read_with_elfwheel(elf::ElfFile::parse(original));
  readings.own_after = read_with_elfwheel(elf::ElfFile::parse(edited));
  SymbolCount count;
  readings.lief_before = read_with_lief(original, readings.own_before, count);
  readings.lief_after = read_with_lief(edited, count);
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
