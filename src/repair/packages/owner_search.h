// A search for the packages that files belong to, as it goes from one database to the next.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/repair/package.h"
#include "repair/packages/distribution.h"
#include "repair/packages/path_index.h"

namespace elfwheel::repair {

class OwnerSearch {
 public:
  // `paths` are real paths; `files`, the system they are on, must outlive this.
  OwnerSearch(std::vector<std::string> paths, const FileSystem& files);

  const FileSystem& files() const { return files_; }
  const Distribution& distribution() const { return distribution_; }
  const std::string& path(size_t file) const { return paths_[file]; }

  bool done() const { return left_ == 0; }
  // Files without an owner yet, ascending.
  std::vector<size_t> unowned() const;
  // Those under each of their spellings.
  PathIndex index_unowned() const;

  // `path` as it stands, then as it reads by way of each top-level directory that is a link: on a
  // merged-/usr system a package may list /lib/x as well as /usr/lib/x.
  std::vector<std::string> spellings(std::string_view path) const;

  // The first owner stays.
  void settle(size_t file, Package owner);

  std::vector<std::optional<Package>> take_owners() { return std::move(owners_); }

 private:
  struct Alias {
    std::string directory;  // "/lib"
    std::string real_path;  // "/usr/lib"
  };

  std::vector<std::string> paths_;
  const FileSystem& files_;
  Distribution distribution_;
  std::vector<Alias> aliases_;
  std::vector<std::optional<Package>> owners_;
  size_t left_ = 0;
};

// One database each. What is damaged is passed over; Errors come from databases that can't be
// walked at all.
void search_dpkg(OwnerSearch& search);
void search_apk(OwnerSearch& search);
void search_rpm(OwnerSearch& search);

}  // namespace elfwheel::repair
