// Sequences of edits of any file (choices.h has the input's format). Whatever is accepted parses,
// reads as wanted and else as before, changes nothing when it is done again, and takes no more
// room when it is undone and done again. Whatever is not accepted is an Error.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "elfwheel/base/error.h"
#include "fuzz/bounded_memory.h"
#include "fuzz/choices.h"
#include "fuzz/unedited.h"

namespace {

using namespace elfwheel;
using fuzz::WantedEdits;
using Image = std::vector<std::byte>;

void require(bool holds, const char* what, const std::string& which = "") {
  if (holds) return;
  std::fprintf(stderr, "property does not hold: %s %s\n", what, which.c_str());
  std::abort();
}

// The edited file; nothing where the edit is refused; the same bytes where there is nothing to do.
std::optional<Image> edited(const Image& image, const elf::Edits& edits) {
  try {
    Image result = elf::edit_in_memory(image, edits);
    return result.empty() ? image : result;
  } catch (const Error&) {
    return std::nullopt;
  }
}

// As `body`, where an Error is as wrong as anything else.
template <class Body>
auto without_error(const char* what, Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    require(false, what, error.what());
    std::abort();
  }
}

void check_result(const Image& before, const Image& after, const WantedEdits& wanted) {
  without_error("the result can be read", [&] {
    const elf::ElfFile old_file = elf::ElfFile::parse(before);
    const elf::ElfFile new_file = elf::ElfFile::parse(after);
    const std::string change = fuzz::unwanted_change(old_file, new_file, wanted.edits);
    require(change.empty(), "what was not edited reads the same:", change);
    const std::string wish = fuzz::unfulfilled(new_file, wanted.edits);
    require(wish.empty(), "what was edited reads as wanted:", wish);
    return 0;
  });
  if (!wanted.idempotent) return;
  const Image again = without_error("a second identical edit is not refused",
                                    [&] { return elf::edit_in_memory(after, wanted.edits); });
  require(again.empty(), "a second identical edit changes nothing");
}

// A to B and back, again and again: no growth.
void check_return(const Image& image, fuzz::Choices& choices) {
  elf::Edits a, b;
  a.rpath = fuzz::rpath_of(choices.next());
  b.rpath = fuzz::rpath_of(choices.next());
  const std::optional<Image> at_a = edited(image, a);
  if (!at_a) return;
  std::optional<Image> at_b = edited(*at_a, b);
  if (!at_b || !fuzz::claims_are_consistent(elf::ElfFile::parse(image))) return;
  // The first way back may take over a segment that looks like an earlier edit's, and the room that
  // headers claimed in vain may go; tests/elf/write/sequences_test wants the very size at once, of
  // files that are whole.
  constexpr int kReturns = 3;
  for (int i = 0; i < kReturns; ++i) {
    const std::optional<Image> back_at_a = edited(*at_b, a);
    require(back_at_a.has_value(), "an edit can be undone");
    std::optional<Image> back_at_b = edited(*back_at_a, b);
    require(back_at_b.has_value(), "an edit can be done again");
    require(i == 0 || back_at_b->size() <= at_b->size(), "A to B and back takes no more room");
    at_b = std::move(back_at_b);
  }
}

void run(const uint8_t* data, size_t size) {
  fuzz::Choices choices(data, fuzz::kChoiceBytes);
  const auto* const begin = reinterpret_cast<const std::byte*>(data);
  Image image(begin + fuzz::kChoiceBytes, begin + size);
  if (choices.flag()) return check_return(image, choices);
  for (size_t step = 0; step < fuzz::kSteps; ++step) {
    WantedEdits wanted;
    try {
      wanted = fuzz::choose_edits(choices, elf::ElfFile::parse(image));
    } catch (const Error&) {
      return;
    }
    std::optional<Image> result = edited(image, wanted.edits);
    if (!result) continue;
    check_result(image, *result, wanted);
    image = std::move(*result);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < fuzz::kChoiceBytes) return 0;
  // A program header table that moves in a program may need padding, at most so much each time.
  constexpr size_t kMostGap = size_t{4} << 20;
  const fuzz::BoundedMemory bounded(size, 65536 + fuzz::kSteps * kMostGap);
  run(data, size);
  return 0;
}
