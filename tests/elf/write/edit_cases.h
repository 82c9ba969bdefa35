// The edits that every fixture is put through, and what each must have made of the file's facts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elf/judges/fixtures.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::test {

// The strings that edits change.
struct Strings {
  std::vector<std::string> needed;
  std::optional<std::string> soname, rpath, runpath;
  std::vector<std::string> version_files;  // libraries that version needs name
  friend bool operator==(const Strings&, const Strings&) = default;
};
void PrintTo(const Strings& strings, std::ostream* out);
Strings strings_of(const elf::ElfFile& file);
// What `before` must become by `edits`.
Strings edited(Strings before, const elf::Edits& edits);

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

// The edited bytes; `original` where there is nothing to change. The library's own check of the
// result is part of it.
std::vector<std::byte> edit(const std::vector<std::byte>& original, const elf::Edits& edits);

}  // namespace elfwheel::test
