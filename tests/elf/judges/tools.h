// The other programs that judge or treat an ELF file: eu-elflint, strip and its relatives.
#pragma once

#include <string>
#include <vector>

#include "elf/judges/readelf.h"

namespace elfwheel::test {

// What `eu-elflint --gnu-ld` complains about, with numbers (offsets, indices) blanked, so that a
// complaint that was there before compares equal; empty when it finds no errors.
Lines lint(const std::string& path);

// Lines of `after` that `before` does not have, duplicates counted.
Lines new_lines(const Lines& before, const Lines& after);

// A way of stripping a file of one target (fixtures.h), in place.
struct Stripper {
  std::string name;
  std::vector<std::vector<std::string>> commands;  // "FILE" stands for the path
};
std::vector<Stripper> strippers(const std::string& target);
// False when a command failed. What the commands print is added to `message`.
bool apply_stripper(const Stripper& stripper, const std::string& path, std::string& message);

}  // namespace elfwheel::test
