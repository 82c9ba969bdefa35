#include "elf/write/edit_cases.h"

#include <algorithm>

#include "elfwheel/elf/symbols.h"

namespace elfwheel::test {
namespace {

std::optional<std::string> owned(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

void replace_all(std::vector<std::string>& names, const std::string& from, const std::string& to) {
  std::replace(names.begin(), names.end(), from, to);
}

elf::Edits rpath_edit(std::string rpath) {
  elf::Edits edits;
  edits.rpath = std::move(rpath);
  return edits;
}

}  // namespace

void PrintTo(const Strings& strings, std::ostream* out) {
  for (const std::string& name : strings.needed) *out << "needed " << name << ", ";
  *out << "soname " << strings.soname.value_or("none") << ", rpath "
       << strings.rpath.value_or("none") << ", runpath " << strings.runpath.value_or("none");
  for (const std::string& name : strings.version_files) *out << ", versions of " << name;
}

Strings strings_of(const elf::ElfFile& file) {
  Strings strings;
  for (const std::string_view name : file.needed()) strings.needed.emplace_back(name);
  strings.soname = owned(file.soname());
  strings.rpath = owned(file.rpath());
  strings.runpath = owned(file.runpath());
  for (const elf::VersionNeed& need : elf::read_version_needs(file))
    strings.version_files.emplace_back(need.file);
  return strings;
}

Strings edited(Strings strings, const elf::Edits& edits) {
  if (edits.soname) strings.soname = edits.soname;
  for (const std::string& name : edits.remove_needed) std::erase(strings.needed, name);
  for (const auto& [from, to] : edits.replace_needed) {
    replace_all(strings.needed, from, to);
    replace_all(strings.version_files, from, to);
  }
  strings.needed.insert(strings.needed.begin(), edits.add_needed.begin(), edits.add_needed.end());
  if (edits.rpath) {
    const bool as_rpath =
        edits.rpath_tag == elf::RpathTag::kRpath ||
        (edits.rpath_tag == elf::RpathTag::kKeep && strings.rpath && !strings.runpath);
    strings.rpath.reset();
    strings.runpath.reset();
    if (!edits.rpath->empty()) (as_rpath ? strings.rpath : strings.runpath) = edits.rpath;
  }
  return strings;
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
  }
  cases.push_back({"several at once", several_at_once(fixture)});
  return cases;
}

std::vector<std::byte> edit(const std::vector<std::byte>& original, const elf::Edits& edits) {
  std::vector<std::byte> result = elf::edit_in_memory(original, edits);
  return result.empty() ? original : result;
}

}  // namespace elfwheel::test
