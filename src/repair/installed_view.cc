#include "repair/installed_view.h"

#include <algorithm>
#include <set>

#include "base/paths.h"
#include "elfwheel/base/error.h"

namespace elfwheel::repair {
namespace {

// What tells two layouts apart: where the directories of the used keys lie, seen from each other.
// Schemes place whole trees, so that nothing else can differ.
std::vector<std::string> layout_signature(const wheel::InstallScheme& scheme,
                                          const std::set<wheel::SchemeKey>& used) {
  std::vector<std::string> signature;
  for (const wheel::SchemeKey from : used)
    for (const wheel::SchemeKey to : used)
      if (from != to)
        signature.push_back(
            relative_path(normalize_path(join_path(kVirtualPrefix, scheme.directory(from))),
                          normalize_path(join_path(kVirtualPrefix, scheme.directory(to)))));
  return signature;
}

std::set<wheel::SchemeKey> used_keys(const wheel::Wheel& wheel, bool root_is_purelib) {
  // A copied library goes to the root, whether or not something is there yet.
  std::set<wheel::SchemeKey> used = {root_is_purelib ? wheel::SchemeKey::kPurelib
                                                     : wheel::SchemeKey::kPlatlib};
  for (const wheel::ArchiveEntry& entry : wheel.archive.entries()) {
    if (entry.is_directory) continue;
    if (const auto place = wheel::parse_entry_place(entry.path, root_is_purelib))
      used.insert(place->key);
  }
  return used;
}

}  // namespace

std::string readable_path(std::string_view path) {
  if (!is_within(path, kVirtualPrefix)) return std::string(path);
  return "<prefix>" + std::string(path.substr(kVirtualPrefix.size()));
}

InstalledPaths::InstalledPaths(const wheel::Wheel& wheel, const wheel::InstallScheme& scheme,
                               bool root_is_purelib)
    : label_(scheme.label),
      scheme_(scheme),
      distribution_(wheel.name.distribution),
      root_is_purelib_(root_is_purelib) {
  paths_.reserve(wheel.archive.entries().size());
  for (const wheel::ArchiveEntry& entry : wheel.archive.entries()) {
    paths_.push_back(entry.is_directory ? "" : path_of(entry.path));
    if (!paths_.back().empty()) sorted_.insert(paths_.back());
  }
}

std::string InstalledPaths::path_of(std::string_view archive_path) const {
  const auto place = wheel::parse_entry_place(archive_path, root_is_purelib_);
  if (!place) return "";
  return wheel::installed_path(scheme_, std::string(kVirtualPrefix), *place, distribution_);
}

bool InstalledPaths::holds_files(const std::string& directory) const {
  const std::string prefix = directory + "/";
  const auto next = sorted_.lower_bound(prefix);
  return next != sorted_.end() && next->starts_with(prefix);
}

void InstalledPaths::add_neighbour(const std::string& archive_path) {
  sorted_.insert(path_of(archive_path));
}

std::vector<InstalledPaths> distinct_layouts(const wheel::Wheel& wheel,
                                             const std::vector<wheel::PythonVersion>& pythons,
                                             bool root_is_purelib,
                                             const std::vector<std::string>& neighbours) {
  std::set<wheel::SchemeKey> used = used_keys(wheel, root_is_purelib);
  for (const std::string& neighbour : neighbours)
    used.insert(wheel::parse_entry_place(neighbour, root_is_purelib).value().key);
  std::set<std::vector<std::string>> seen;
  std::vector<InstalledPaths> layouts;
  for (const wheel::InstallScheme& scheme :
       pythons.empty() ? wheel.schemes() : wheel::install_schemes(pythons))
    if (seen.insert(layout_signature(scheme, used)).second)
      layouts.emplace_back(wheel, scheme, root_is_purelib);
  for (InstalledPaths& layout : layouts)
    for (const std::string& neighbour : neighbours) layout.add_neighbour(neighbour);
  return layouts;
}

InstalledView::InstalledView(const InstalledPaths& paths, const std::vector<ViewedFile>& files,
                             const FileSystem* lower)
    : lower_(lower), memory_(make_memory_file_system()) {
  for (const ViewedFile& file : files) {
    const std::string path = paths.path_of(file.archive_path);
    try {
      memory_->add_file(path, file.content, file.mode);
    } catch (const Error&) {
      continue;  // another entry's directory: an installer fails there, and nobody loads the file
    }
    entries_.insert_or_assign(path, file.archive_path);
  }
  if (lower_ != nullptr) overlay_ = make_overlay_file_system(*memory_, *lower_);
}

const std::string* InstalledView::find_entry(const std::string& path) const {
  const auto found = entries_.find(path);
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<ViewedFile> viewed_members(const wheel::Wheel& wheel,
                                       const std::vector<ElfMember>& members) {
  std::vector<ViewedFile> files;
  files.reserve(members.size());
  for (const ElfMember& member : members)
    files.push_back(
        {member.path, member.content.bytes(), wheel.archive.entries()[member.entry].mode & 0777});
  return files;
}

}  // namespace elfwheel::repair
