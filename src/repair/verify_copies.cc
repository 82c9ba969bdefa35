// What lies there twice, or for nobody.
#include <algorithm>
#include <map>
#include <set>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "repair/dlopen_notes.h"
#include "repair/verify_checks.h"

namespace elfwheel::repair {
namespace {

// Files of an installation's own, that no Python file has to name.
bool is_copied_in(const std::string& name) {
  return base_name(directory_name(name)).ends_with(".libs");
}

// Whether another file has the name among its bytes, as one that opens it would.
bool is_named_by_code(const CheckedFiles& checked, size_t file) {
  const std::string_view name = base_name(checked.files[file].name);
  for (size_t i = 0; i < checked.files.size(); ++i)
    if (i != file && checked.files[i].file->bytes().text().find(name) != std::string_view::npos)
      return true;
  return false;
}

}  // namespace

std::vector<Finding> check_twins(const CheckedFiles& checked) {
  std::map<std::string, std::vector<std::string>> by_digest;
  for (const CheckedFile& file : checked.files)
    if (!file.digest.empty()) by_digest[file.digest].push_back(file.name);
  std::vector<Finding> findings;
  for (const CheckedFile& file : checked.files) {
    const auto& names = by_digest[file.digest];
    if (names.size() < 2 || names.front() == file.name) continue;
    findings.push_back({Severity::kWarning, Check::kDuplicate, file.name,
                        "has the same content as " + names.front(),
                        "keep one, under the name that is needed"});
  }
  return findings;
}

Mentions mentions_in(const wheel::Archive& archive) {
  return [&archive](size_t, const std::string& text) {
    for (size_t i = 0; i < archive.entries().size(); ++i) {
      if (!archive.entries()[i].path.ends_with(".py")) continue;
      try {
        if (archive.read(i).bytes().text().find(text) != std::string_view::npos) return true;
      } catch (const Error&) {
        continue;
      }
    }
    return false;
  };
}

std::vector<Finding> check_unused(const CheckedFiles& checked, const Mentions& mentions) {
  std::set<std::string, std::less<>> wanted;
  for (const CheckedFile& file : checked.files) {
    for (const std::string_view name : file.file->needed()) wanted.emplace(name);
    for (std::string& name : read_dlopen_names(*file.file)) wanted.insert(std::move(name));
  }
  std::vector<Finding> findings;
  for (size_t i = 0; i < checked.files.size(); ++i) {
    const CheckedFile& file = checked.files[i];
    const std::string name(base_name(file.name));
    const auto soname = file.file->soname();
    if (!is_copied_in(file.name) || wanted.count(name) != 0 ||
        (soname && wanted.count(*soname) != 0))
      continue;
    if (is_named_by_code(checked, i) || mentions(i, name)) continue;
    findings.push_back({Severity::kWarning, Check::kUnused, file.name,
                        "no file needs it or names it", "leave it out"});
  }
  return findings;
}

}  // namespace elfwheel::repair
