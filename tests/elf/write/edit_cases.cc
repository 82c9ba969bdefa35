#include "elf/write/edit_cases.h"

#include <algorithm>

#include "elfwheel/elf/symbols.h"

namespace elfwheel::test {
namespace {

std::optional<std::string> owned(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

elf::Edits rpath_edit(std::string rpath) {
  elf::Edits edits;
  edits.rpath = std::move(rpath);
  return edits;
}

std::vector<NeededBy> versions_of(const elf::ElfFile& file) {
  std::vector<NeededBy> result;
  const auto symbols = elf::read_dynamic_symbols(file);
  for (const elf::VersionNeed& need : elf::read_version_needs(file))
    for (const elf::NeededVersion& version : need.versions) {
      NeededBy needed{std::string(need.file), std::string(version.name), {}};
      for (const elf::DynamicSymbol& symbol : symbols)
        if (symbol.version == version.index) needed.symbols.emplace(symbol.name);
      result.push_back(std::move(needed));
    }
  return result;
}

void edit_versions(std::vector<NeededBy>& versions, const elf::Edits& edits) {
  for (NeededBy& needed : versions)
    for (const auto& [from, to] : edits.replace_needed)
      if (needed.library == from) needed.library = to;
  // One that no symbol uses any more goes; one that none used is there for its own sake.
  std::erase_if(versions, [&](NeededBy& needed) {
    const bool was_used = !needed.symbols.empty();
    for (const std::string& name : edits.clear_versions) needed.symbols.erase(name);
    return was_used && needed.symbols.empty();
  });
}

// The interpreter by a longer name.
std::string longer_interpreter(const Fixture& fixture) {
  std::string path(*elf::ElfFile::parse(read_file(fixture.path)).interp());
  std::string dots;
  for (int i = 0; i < 20; ++i) dots += "/.";
  return path.insert(path.rfind('/'), dots);
}

// A program's C library is no longer found by default then.
std::string c_library_directory(const Fixture& fixture) {
  return fixture.target == "glibc" ? "/lib/x86_64-linux-gnu" : "/lib";
}

// The only one besides System V's that glibc's loader takes; files with IFUNC symbols have it.
constexpr uint8_t kGnuOsAbi = 3;

// Names that only libraries define, two of them swapped. The functions that others look up stay.
std::vector<std::pair<std::string, std::string>> renames() {
  return {{"answer_calls", "answer_text"},
          {"answer_text", "answer_calls"},
          {"answer_parts", "answer_parts_by_a_name_that_is_longer"},
          {"zeros_end", "z"}};
}

void add_header_cases(const Fixture& fixture, std::vector<EditCase>& cases) {
  elf::Edits edits;
  if (fixture.kind == "program") {
    edits.interpreter = longer_interpreter(fixture);
    cases.push_back({"longer interpreter", edits});
  }
  for (const bool executable : {true, false}) {
    edits = {};
    edits.exec_stack = executable;
    cases.push_back({executable ? "set execstack" : "clear execstack", edits});
  }
  edits = {};
  edits.os_abi = kGnuOsAbi;
  cases.push_back({"OS ABI", edits});
}

}  // namespace

void PrintTo(const Facts& facts, std::ostream* out) {
  for (const std::string& name : facts.needed) *out << "needed " << name << ", ";
  *out << "soname " << facts.soname.value_or("none") << ", rpath " << facts.rpath.value_or("none")
       << ", runpath " << facts.runpath.value_or("none") << ", interpreter "
       << facts.interp.value_or("none") << ", execstack "
       << (facts.exec_stack ? (*facts.exec_stack ? "X" : "-") : "?") << ", OS ABI "
       << int{facts.os_abi} << (facts.no_default_lib ? ", no default lib" : "")
       << (facts.debug_tag ? ", debug tag" : "");
  for (const NeededBy& needed : facts.versions) {
    *out << ", " << needed.library << " " << needed.version << ":";
    for (const std::string& symbol : needed.symbols) *out << " " << symbol;
  }
}

Facts facts_of(const elf::ElfFile& file) {
  Facts facts;
  for (const std::string_view name : file.needed()) facts.needed.emplace_back(name);
  facts.soname = owned(file.soname());
  facts.rpath = owned(file.rpath());
  facts.runpath = owned(file.runpath());
  facts.interp = owned(file.interp());
  facts.versions = versions_of(file);
  facts.exec_stack = elf::wants_exec_stack(file);
  facts.os_abi = file.header().os_abi;
  facts.no_default_lib = (file.find_dynamic(elf::DT_FLAGS_1).value_or(0) & elf::DF_1_NODEFLIB) != 0;
  facts.debug_tag = file.find_dynamic(elf::DT_DEBUG).has_value();
  return facts;
}

Facts edited(Facts facts, const elf::Edits& edits) {
  if (edits.soname) facts.soname = edits.soname;
  for (const std::string& name : edits.remove_needed) std::erase(facts.needed, name);
  for (const auto& [from, to] : edits.replace_needed)
    std::replace(facts.needed.begin(), facts.needed.end(), from, to);
  edit_versions(facts.versions, edits);
  std::vector<std::string> added;
  for (const std::string& name : edits.add_needed)
    if (!contains(facts.needed, name)) added.push_back(name);
  facts.needed.insert(facts.needed.begin(), added.begin(), added.end());
  if (edits.rpath) {
    const bool as_rpath =
        edits.rpath_tag == elf::RpathTag::kRpath ||
        (edits.rpath_tag == elf::RpathTag::kKeep && facts.rpath && !facts.runpath);
    facts.rpath.reset();
    facts.runpath.reset();
    if (!edits.rpath->empty()) (as_rpath ? facts.rpath : facts.runpath) = edits.rpath;
  }
  if (edits.interpreter) facts.interp = edits.interpreter;
  if (edits.exec_stack) facts.exec_stack = edits.exec_stack;
  if (edits.os_abi) facts.os_abi = *edits.os_abi;
  facts.no_default_lib = facts.no_default_lib || edits.no_default_lib;
  facts.debug_tag = facts.debug_tag || edits.debug_tag;
  return facts;
}

elf::Edits short_rpath(const Fixture&) { return rpath_edit("$ORIGIN"); }

elf::Edits long_rpath(const Fixture& fixture) {
  std::string rpath;
  for (char letter = 'a'; letter <= 'h'; ++letter)
    rpath += "$ORIGIN/../lib/" + std::string(12, letter) + "/site-packages:";
  return rpath_edit(rpath + fixture.dependencies());
}

elf::Edits several_at_once(const Fixture& fixture) {
  elf::Edits edits = long_rpath(fixture);
  edits.rpath_tag = elf::RpathTag::kRpath;
  edits.add_needed = {"libextra.so"};
  edits.replace_needed = {{"libbase.so", "libanother.so"}};
  if (fixture.kind == "library") edits.soname = "libseveral-0123abcd.so.1.2.3";
  return edits;
}

elf::Edits all_at_once(const Fixture& fixture) {
  elf::Edits edits = several_at_once(fixture);
  *edits.rpath += ":" + c_library_directory(fixture);
  if (fixture.kind == "program") edits.interpreter = longer_interpreter(fixture);
  edits.exec_stack = true;
  edits.os_abi = kGnuOsAbi;
  edits.no_default_lib = true;
  edits.debug_tag = true;
  edits.clear_versions = {"base_number", "printf"};
  edits.rename_symbols = renames();
  return edits;
}

std::vector<EditCase> edit_cases(const Fixture& fixture) {
  std::vector<EditCase> cases;
  cases.push_back({"short rpath", short_rpath(fixture)});
  cases.push_back({"long rpath", long_rpath(fixture)});
  cases.push_back({"remove rpath", rpath_edit("")});
  elf::Edits edits;
  edits.add_needed = {"libextra.so"};
  cases.push_back({"add needed", edits});
  edits = {};
  edits.replace_needed = {{"libbase.so", "libanother.so"}};
  cases.push_back({"replace needed", edits});
  if (fixture.kind == "library") {
    edits = {};
    edits.soname = "libsoname-89abcdef.so.10.2.89";
    cases.push_back({"set soname", edits});
    edits = {};
    edits.rename_symbols = renames();
    cases.push_back({"rename symbols", edits});
  }
  add_header_cases(fixture, cases);
  edits = long_rpath(fixture);
  *edits.rpath += ":" + c_library_directory(fixture);
  edits.no_default_lib = true;
  cases.push_back({"no default lib", edits});
  edits = {};
  edits.debug_tag = true;
  cases.push_back({"debug tag", edits});
  edits = {};
  edits.clear_versions = {"base_number", "printf"};
  cases.push_back({"clear versions", edits});
  cases.push_back({"several at once", several_at_once(fixture)});
  cases.push_back({"all at once", all_at_once(fixture)});
  return cases;
}

std::vector<std::byte> edit(const std::vector<std::byte>& original, const elf::Edits& edits) {
  std::vector<std::byte> result = elf::edit_in_memory(original, edits);
  return result.empty() ? original : result;
}

}  // namespace elfwheel::test
