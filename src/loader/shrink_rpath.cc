#include "elfwheel/loader/shrink_rpath.h"

#include <algorithm>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "loader/machine_defaults.h"

namespace elfwheel::loader {

namespace {

MachineKind kind_of(const elf::ElfFile& file) {
  return {file.header().elf_class, file.header().byte_order, file.header().e_machine};
}

// Whether there is an ELF file at `path` that a program of `kind` can load. What cannot be read or
// is no ELF file serves nobody.
bool is_library(const FileSystem& files, const std::string& path, const MachineKind& kind) {
  const OpenedFile opened = files.open(path);
  if (opened.error != 0) return false;
  try {
    return kind_of(elf::ElfFile::parse(opened.contents->bytes())) == kind;
  } catch (const Error&) {
    return false;
  }
}

bool is_known_at_run_time_only(const std::string& directory) {
  return directory.front() != '/' || directory.find('$') != std::string::npos;
}

bool has_allowed_prefix(const std::string& directory, const std::vector<std::string>& prefixes) {
  return prefixes.empty() ||
         std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
           return directory.compare(0, prefix.size(), prefix) == 0;
         });
}

}  // namespace

std::string shrink_rpath(const elf::ElfFile& file, std::string_view rpath,
                         const std::vector<std::string>& allowed_prefixes,
                         const FileSystem& files) {
  std::vector<std::string_view> missing;
  for (const std::string_view name : file.needed())
    if (name.find('/') == std::string_view::npos) missing.push_back(name);

  std::string result;
  const auto keep = [&](const std::string& directory) {
    if (!result.empty()) result += ':';
    result += directory;
  };
  for (const std::string& directory : split(rpath, ':')) {
    if (directory.empty()) continue;
    if (directory.front() == '/' && !has_allowed_prefix(directory, allowed_prefixes)) continue;
    if (is_known_at_run_time_only(directory)) {
      keep(directory);
      continue;
    }
    const auto found = std::erase_if(missing, [&](std::string_view name) {
      return is_library(files, join_path(directory, name), kind_of(file));
    });
    if (found > 0) keep(directory);
  }
  return result;
}

}  // namespace elfwheel::loader
