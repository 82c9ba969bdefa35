#include "fuzz/choices.h"

#include <algorithm>
#include <set>

#include "elfwheel/base/error.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::fuzz {
namespace {

using elf::Edits;

// The n-th needed library, or one that is not needed.
std::string some_needed(Choices& choices, const elf::ElfFile& file) {
  const std::vector<std::string_view> needed = file.needed();
  const size_t number = choices.below(needed.size() + 1);
  return number < needed.size() ? std::string(needed[number]) : "libabsent.so";
}

std::string some_symbol(Choices& choices, const elf::ElfFile& file) {
  const std::vector<elf::DynamicSymbol> symbols = elf::read_dynamic_symbols(file);
  if (symbols.empty()) return "absent";
  return std::string(symbols[choices.below(symbols.size())].name);
}

std::string new_name(Choices& choices, const char* stem) {
  const size_t a = choices.below(4);
  const size_t b = choices.below(4);
  return stem + std::string(a * b * 5, 'n') + ".so";
}

// Each choice is a statement of its own: compilers differ in which argument they evaluate first,
// and the corpus means the same to all.
void choose_strings(size_t kind, Choices& choices, const elf::ElfFile& file, Edits& edits) {
  const std::string old_name = kind == 1 || kind == 2 ? some_needed(choices, file) : "";
  switch (kind) {
    case 0:
      edits.soname = new_name(choices, "libsoname");
      break;
    case 1:
      edits.remove_needed.push_back(old_name);
      break;
    case 2:
      edits.replace_needed.emplace_back(old_name, new_name(choices, "libreplacement"));
      break;
    case 3:
      edits.add_needed.push_back(new_name(choices, "libadded"));
      break;
    case 4:
      edits.rpath = rpath_of(choices.next());
      break;
    case 5:
      edits.rpath_tag = choices.flag() ? elf::RpathTag::kRpath : elf::RpathTag::kRunpath;
      break;
    default:
      edits.interpreter = new_name(choices, "/lib/ld");
      break;
  }
}

void choose_others(size_t kind, Choices& choices, const elf::ElfFile& file, WantedEdits& wanted) {
  Edits& edits = wanted.edits;
  switch (kind) {
    case 7:
      edits.exec_stack = choices.flag();
      break;
    case 8:
      edits.os_abi = choices.next();
      break;
    case 9:
      edits.no_default_lib = true;
      break;
    case 10:
      edits.debug_tag = true;
      break;
    case 11:
      edits.clear_versions.push_back(some_symbol(choices, file));
      break;
    case 12: {
      const std::string old_name = some_symbol(choices, file);
      edits.rename_symbols.emplace_back(old_name, new_name(choices, "renamed"));
      break;
    }
    case 13: {
      const std::string a = some_symbol(choices, file);
      const std::string b = some_symbol(choices, file);
      if (a == b) break;
      edits.rename_symbols = {{a, b}, {b, a}};
      wanted.idempotent = false;
      break;
    }
    case 14:
      edits.resolution_cache = std::vector<std::byte>(choices.below(40), std::byte{7});
      break;
    default:
      edits.page_size = kLargestPage >> choices.below(5);
      break;
  }
}

// Whether doing `edits` again finds names that it made itself the first time.
bool feeds_itself(const Edits& edits) {
  std::set<std::string> made(edits.add_needed.begin(), edits.add_needed.end()), wanted;
  for (const auto& [from, to] : edits.replace_needed) {
    wanted.insert(from);
    made.insert(to);
  }
  for (const std::string& name : edits.remove_needed) {
    // Removed first and added again, it stands before the others: that is how names are moved, and
    // two of them change places.
    if (edits.add_needed.size() > 1 &&
        std::find(edits.add_needed.begin(), edits.add_needed.end(), name) != edits.add_needed.end())
      return true;
    for (const auto& [from, to] : edits.replace_needed)
      if (name == to) return true;
  }
  // By their old names.
  wanted.insert(edits.clear_versions.begin(), edits.clear_versions.end());
  for (const auto& [from, to] : edits.rename_symbols) {
    wanted.insert(from);
    made.insert(to);
  }
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const std::string& name) { return made.count(name) != 0; });
}

}  // namespace

std::string rpath_of(size_t number) {
  switch (number % 6) {
    case 0:
      return "";
    case 1:
      return "$ORIGIN";
    case 2:
      return "/opt/lib:$ORIGIN/../lib";
    case 3:
      return std::string(number, '/');
    case 4:
      return "$ORIGIN/" + std::string(60, 'l');
    default:
      return std::string(600, 'r');
  }
}

WantedEdits choose_edits(Choices& choices, const elf::ElfFile& file) {
  WantedEdits wanted;
  const size_t count = 1 + choices.below(3);
  for (size_t i = 0; i < count; ++i) {
    const size_t kind = choices.below(16);
    if (kind < 7)
      choose_strings(kind, choices, file, wanted.edits);
    else
      choose_others(kind, choices, file, wanted);
  }
  if (feeds_itself(wanted.edits)) wanted.idempotent = false;
  return wanted;
}

}  // namespace elfwheel::fuzz
