// The other programs that judge or treat an ELF file: eu-elflint, strip and its relatives.
#pragma once

#include <string>
#include <vector>

#include "elf/judges/readelf.h"

namespace elfwheel::test {

// What `eu-elflint --gnu-ld` complains about, with numbers (offsets, indices) blanked, so that a
// complaint that was there before compares equal; empty when it finds no errors. `kind`: an option
// more, "--debuginfo" for a file of separate debugging information.
Lines lint(const std::string& path, const std::string& kind = "--gnu-ld");

// Lines of `after` that `before` does not have, duplicates counted.
Lines new_lines(const Lines& before, const Lines& after);

// Before the names of the binutils that know the files of a target (fixtures.h):
// "aarch64-linux-gnu-"; "" for this machine's.
std::string binutils_prefix(const std::string& target);

// A way of stripping a file of one target (fixtures.h), in place.
struct Stripper {
  std::string name;
  std::vector<std::vector<std::string>> commands;  // "FILE" stands for the path
};
std::vector<Stripper> strippers(const std::string& target);
// False when a command failed. What the commands print is added to `message`.
bool apply_stripper(const Stripper& stripper, const std::string& path, std::string& message);

}  // namespace elfwheel::test
