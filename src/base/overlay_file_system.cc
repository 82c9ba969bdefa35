// One tree over another: a wheel as it will be installed, over the host.
//
// A path without ".." is asked of the upper tree and then of the lower one. One with ".." is walked
// part by part, since its directories may lie in different trees. Not done: a symlink of one tree
// whose target exists in the other tree only, unless a ".." makes the walk necessary.
#include <algorithm>
#include <cerrno>
#include <iterator>

#include "base/path_walk.h"
#include "elfwheel/base/file_system.h"

namespace elfwheel {

namespace {

bool is_missing(int error) { return error == ENOENT || error == ENOTDIR; }

bool has_parent_part(const std::string& path) {
  for (size_t at = path.find(".."); at != std::string::npos; at = path.find("..", at + 1)) {
    const bool begins = at == 0 || path[at - 1] == '/';
    const bool ends = at + 2 == path.size() || path[at + 2] == '/';
    if (begins && ends) return true;
  }
  return false;
}

class OverlayFileSystem : public FileSystem {
 public:
  OverlayFileSystem(const FileSystem& upper, const FileSystem& lower)
      : upper_(upper), lower_(lower) {}

  FileStatus status(const std::string& path) const override {
    const WalkResult place = place_of(path);
    if (place.error == 0) return status_direct(place.path);
    FileStatus result;
    result.error = place.error;
    return result;
  }

  OpenedFile open(const std::string& path) const override {
    const WalkResult place = place_of(path);
    OpenedFile result;
    result.error = place.error;
    if (place.error != 0) return result;
    result = upper_.open(place.path);
    // A directory that both trees have is EISDIR in the upper one: that is the answer too.
    return is_missing(result.error) ? lower_.open(place.path) : std::move(result);
  }

  std::optional<std::string> real_path(const std::string& path) const override {
    const WalkResult place = place_of(path);
    if (place.error != 0) return std::nullopt;
    return real_direct(place.path);
  }

  std::vector<std::string> list_directory(const std::string& path) const override {
    const WalkResult place = place_of(path);
    if (place.error != 0) return {};
    const auto above = upper_.list_directory(place.path);
    const FileStatus top = upper_.status(place.path);
    if (top.error == 0 && top.kind != FileKind::kDirectory) return {};
    const auto below = lower_.list_directory(place.path);
    std::vector<std::string> names;
    std::set_union(above.begin(), above.end(), below.begin(), below.end(),
                   std::back_inserter(names));
    return names;
  }

  std::string current_directory() const override { return lower_.current_directory(); }

 private:
  // `path` made absolute and free of "..".
  WalkResult place_of(const std::string& path) const {
    if (path.empty()) return {ENOENT, {}};
    const std::string absolute =
        path.front() == '/' ? path : lower_.current_directory() + "/" + path;
    if (!has_parent_part(absolute)) return {0, absolute};
    return walk_path(absolute, [this](const std::string& name) {
      WalkEntry entry;
      const FileStatus status = status_direct(name);
      entry.error = status.error;
      if (entry.error != 0) return entry;
      entry.is_directory = status.kind == FileKind::kDirectory;
      auto real = real_direct(name);
      if (real && *real != name) entry.link_target = std::move(real);
      return entry;
    });
  }

  FileStatus status_direct(const std::string& path) const {
    const FileStatus above = upper_.status(path);
    return is_missing(above.error) ? lower_.status(path) : above;
  }

  std::optional<std::string> real_direct(const std::string& path) const {
    auto above = upper_.real_path(path);
    return above ? above : lower_.real_path(path);
  }

  const FileSystem& upper_;
  const FileSystem& lower_;
};

}  // namespace

std::unique_ptr<FileSystem> make_overlay_file_system(const FileSystem& upper,
                                                     const FileSystem& lower) {
  return std::make_unique<OverlayFileSystem>(upper, lower);
}

}  // namespace elfwheel
