#include "elfwheel/loader/resolution_cache.h"

#include <set>

#include "base/paths.h"

namespace elfwheel::loader {

namespace {

// Whether what lies in `directory` can be told now for every machine and process.
bool is_settled(const FileSystem& files, const std::string& directory) {
  if (directory.empty() || directory.front() != '/') return false;
  if (directory.find('$') != std::string::npos) return false;
  // Through ".": a directory that may not be searched answers for itself, but not for its content.
  const FileStatus status = files.status(directory + "/.");
  if (status.error != 0 || status.kind != FileKind::kDirectory) return false;
  return files.status(directory + "/glibc-hwcaps").error != 0;
}

std::set<std::string> searched_names(const elf::ElfFile& file) {
  std::set<std::string> names;
  for (const std::string_view name : file.needed()) {
    // A colon in a name would end a place of the note's list.
    const bool searched = !name.empty() && name.find_first_of("/:") == std::string_view::npos;
    if (searched) names.emplace(name);
  }
  return names;
}

std::string places_of(const std::string& name, const std::vector<std::string>& directories,
                      const std::vector<bool>& settled, const FileSystem& files) {
  std::string places;
  for (size_t i = 0; i < directories.size(); ++i) {
    const std::string path = directories[i] + "/" + name;
    if (settled[i] && files.status(path).error != 0) continue;
    if (!places.empty()) places += ':';
    places += settled[i] ? "=" + path : "?" + directories[i];
  }
  return places;
}

ResolutionCache none(std::string why) { return {{}, std::move(why)}; }

}  // namespace

ResolutionCache build_resolution_cache(const elf::ElfFile& file, const FileSystem& files) {
  if (!file.has_dynamic()) return none("no dynamic section: the file is linked statically");
  const std::string rpath(file.runpath().value_or(file.rpath().value_or("")));
  const std::set<std::string> names = searched_names(file);
  if (names.empty()) return none("the file needs no library that is searched for");
  if (rpath.empty()) return none("the file has no rpath");

  const std::vector<std::string> directories = split(rpath, ':');
  std::vector<bool> settled;
  for (const std::string& directory : directories) settled.push_back(is_settled(files, directory));
  std::string text;
  for (const std::string& name : names) {
    const std::string places = places_of(name, directories, settled, files);
    if (!places.empty()) text += name + '\0' + places + '\0';
  }
  if (text.empty()) return none("no needed library lies in a directory of the rpath");
  text += '\0';
  const Bytes bytes{std::string_view(text)};
  return {{bytes.data(), bytes.data() + bytes.size()}, ""};
}

}  // namespace elfwheel::loader
