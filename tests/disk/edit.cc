// elf::edit_file for the tests of this directory: with options that the command line lacks or
// hides, and with an outcome that can be read.
//
//   edit RPATH INPUT OUTPUT [in-place]
#include "elfwheel/elf/edit.h"

#include <cstdio>
#include <string_view>

#include "elfwheel/base/error.h"

int main(int count, char** words) {
  if (count < 4) return 3;
  elfwheel::elf::Edits edits;
  edits.rpath = words[1];
  elfwheel::elf::EditOptions options;
  options.in_place = count > 4 && std::string_view(words[4]) == "in-place";
  try {
    const auto outcome = elfwheel::elf::edit_file(words[2], words[3], edits, options);
    std::printf("%s%s\n", outcome.changed ? "changed" : "unchanged",
                outcome.fell_back_in_place ? ", in place" : "");
    return 0;
  } catch (const elfwheel::Error& error) {
    std::fprintf(stderr, "edit: %s\n", error.what());
    return 2;
  }
}
