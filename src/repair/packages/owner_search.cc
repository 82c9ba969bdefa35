#include "repair/packages/owner_search.h"

#include "base/paths.h"

namespace elfwheel::repair {

OwnerSearch::OwnerSearch(std::vector<std::string> paths, const FileSystem& files)
    : paths_(std::move(paths)),
      files_(files),
      distribution_(read_distribution(files)),
      owners_(paths_.size()),
      left_(paths_.size()) {
  // Merged systems (/lib -> usr/lib), 64-bit directories that are links to others (/usr/lib64 ->
  // lib), and systems without a /usr of their own (/usr -> .).
  for (const std::string name : {"/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin"}) {
    for (const std::string& directory : {name, "/usr" + name}) {
      const auto real_path = files.real_path(directory);
      if (real_path && *real_path != directory) aliases_.push_back({directory, *real_path});
    }
  }
}

std::vector<size_t> OwnerSearch::unowned() const {
  std::vector<size_t> result;
  for (size_t file = 0; file < owners_.size(); ++file)
    if (!owners_[file]) result.push_back(file);
  return result;
}

PathIndex OwnerSearch::index_unowned() const {
  PathIndex index;
  for (const size_t file : unowned())
    for (const std::string& spelling : spellings(paths_[file])) index.add(spelling, file);
  return index;
}

std::vector<std::string> OwnerSearch::spellings(std::string_view path) const {
  std::vector<std::string> result = {std::string(path)};
  for (const Alias& alias : aliases_)
    if (path.starts_with(alias.real_path + "/"))
      result.push_back(alias.directory + std::string(path.substr(alias.real_path.size())));
  return result;
}

void OwnerSearch::settle(size_t file, Package owner) {
  if (owners_[file]) return;
  owners_[file] = std::move(owner);
  --left_;
}

}  // namespace elfwheel::repair
