// A wheel as it will be installed, laid out in memory under a virtual prefix, over another file
// system. The loader room resolves files in it as if pip had put them there.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/wheel/wheel.h"
#include "repair/elf_members.h"

namespace elfwheel::repair {

// The prefix of the environment in every view. It exists nowhere, so that what climbs out of it
// leads nowhere.
inline constexpr std::string_view kVirtualPrefix = "/.elfwheel/installed/environment";

// `path` for a human: the virtual prefix written as "<prefix>".
std::string readable_path(std::string_view path);

// Where every entry of a wheel is installed to under one scheme. Index = index into entries().
class InstalledPaths {
 public:
  InstalledPaths(const wheel::Wheel& wheel, const wheel::InstallScheme& scheme,
                 bool root_is_purelib);
  const std::string& label() const { return label_; }
  // Absolute, below kVirtualPrefix; "" for an entry that is not installed (a directory).
  const std::string& path(size_t entry) const { return paths_[entry]; }
  size_t size() const { return paths_.size(); }
  // The place of an archive path that the wheel does not have yet (a copied library).
  std::string path_of(std::string_view archive_path) const;
  // Whether some file is installed into `directory` or below it (absolute, normal).
  bool holds_files(const std::string& directory) const;
  bool has_file(const std::string& path) const { return sorted_.count(path) != 0; }
  // Counts another distribution's file among those that are installed.
  void add_neighbour(const std::string& archive_path);

 private:
  std::string label_;
  wheel::InstallScheme scheme_;
  std::string distribution_;
  bool root_is_purelib_;
  std::vector<std::string> paths_;
  std::set<std::string> sorted_;  // of entries and neighbours
};

// The schemes of `wheel` that differ in where entries lie relative to each other, as layouts, in
// the order of Wheel::schemes(); at least one. `pythons`: AuditOptions::pythons. `root_is_purelib`:
// as it will be installed.
// `neighbours`: archive paths of files that other distributions install along, in places written as
// ANYTHING.data/KEY/...
std::vector<InstalledPaths> distinct_layouts(const wheel::Wheel& wheel,
                                             const std::vector<wheel::PythonVersion>& pythons,
                                             bool root_is_purelib,
                                             const std::vector<std::string>& neighbours = {});

// A file that a view shows instead of, or beside, what the wheel has.
struct ViewedFile {
  std::string archive_path;
  Bytes content;  // its owner outlives the view
  uint32_t mode = 0644;
};

class InstalledView {
 public:
  // Lays out `files` by `paths`. `lower`, which must outlive this, shows through where nothing is
  // installed; null: there is nothing else.
  InstalledView(const InstalledPaths& paths, const std::vector<ViewedFile>& files,
                const FileSystem* lower);
  const FileSystem& files() const { return lower_ ? *overlay_ : *memory_; }
  // The archive path of what is installed at `path` (normal), or null.
  const std::string* find_entry(const std::string& path) const;

 private:
  const FileSystem* lower_;
  std::unique_ptr<MemoryFileSystem> memory_;
  std::unique_ptr<FileSystem> overlay_;
  std::map<std::string, std::string> entries_;  // installed path -> archive path
};

// What a view of the unchanged wheel shows: all members.
std::vector<ViewedFile> viewed_members(const wheel::Wheel& wheel,
                                       const std::vector<ElfMember>& members);

}  // namespace elfwheel::repair
