// The edits that every fixture is put through, and what each must have made of the file's facts.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "elf/judges/fixtures.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::test {

// A version that a file needs of a library, and the symbols that are bound to it.
struct NeededBy {
  std::string library, version;
  std::set<std::string> symbols;
  friend bool operator==(const NeededBy&, const NeededBy&) = default;
};

// The facts that edits change.
struct Facts {
  std::vector<std::string> needed;
  std::optional<std::string> soname, rpath, runpath, interp;
  std::vector<NeededBy> versions;
  std::optional<bool> exec_stack;
  uint8_t os_abi = 0;
  bool no_default_lib = false;
  bool debug_tag = false;
  friend bool operator==(const Facts&, const Facts&) = default;
};
void PrintTo(const Facts& facts, std::ostream* out);
Facts facts_of(const elf::ElfFile& file);
// What `before` must become by `edits`.
Facts edited(Facts before, const elf::Edits& edits);

struct EditCase {
  std::string name;
  elf::Edits edits;
};

// Every kind of edit that suits the fixture. An rpath ends with the directory of the fixture's
// dependencies, so that the edited file finds them by itself.
std::vector<EditCase> edit_cases(const Fixture& fixture);
elf::Edits short_rpath(const Fixture& fixture);
elf::Edits long_rpath(const Fixture& fixture);
elf::Edits several_at_once(const Fixture& fixture);
// Every field at once.
elf::Edits all_at_once(const Fixture& fixture);

// The edited bytes; `original` where there is nothing to change. The library's own check of the
// result is part of it.
std::vector<std::byte> edit(const std::vector<std::byte>& original, const elf::Edits& edits);

}  // namespace elfwheel::test
