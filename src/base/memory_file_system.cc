// A tree of files in memory, for wheels that are not installed yet and for tests. Lookups walk it
// as the kernel would, so that every errno the loader's rules depend on is right.
#include <atomic>
#include <cerrno>
#include <map>
#include <memory>
#include <utility>

#include "base/path_walk.h"
#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/base/file_system.h"

namespace elfwheel {

namespace {

// Device number of all trees in memory; no device of the kernel has it (its numbers are 32 bits).
constexpr uint64_t kMemoryDevice = ~uint64_t{0};

// Never the same twice in a process, so that an identity stays unambiguous when files are replaced
// and when several trees are laid over each other.
uint64_t next_inode() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

struct Node {
  FileKind kind = FileKind::kDirectory;
  Bytes content;
  uint32_t mode = 0755;
  std::optional<std::string> link_target;
  uint64_t inode = next_inode();
};

class ViewedContents : public FileContents {
 public:
  explicit ViewedContents(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes() const override { return bytes_; }

 private:
  Bytes bytes_;
};

class MemoryTree : public MemoryFileSystem {
 public:
  MemoryTree() { nodes_["/"]; }

  void add_file(const std::string& path, Bytes content, uint32_t mode) override {
    Node node;
    node.kind = FileKind::kRegular;
    node.content = content;
    node.mode = mode;
    add_node(path, std::move(node));
  }

  void add_symlink(const std::string& path, const std::string& target) override {
    Node node;
    node.kind = FileKind::kOther;
    node.link_target = target;
    add_node(path, std::move(node));
  }

  FileStatus status(const std::string& path) const override {
    FileStatus result;
    const Node* const node = find_node(path, result.error);
    if (node == nullptr) return result;
    result.kind = node->kind;
    result.mode = node->mode;
    result.size = node->content.size();
    result.id = {kMemoryDevice, node->inode};
    return result;
  }

  OpenedFile open(const std::string& path) const override {
    OpenedFile result;
    const Node* const node = find_node(path, result.error);
    if (node == nullptr) return result;
    if (node->kind == FileKind::kDirectory) {
      result.error = EISDIR;
      return result;
    }
    result.contents = std::make_unique<ViewedContents>(node->content);
    result.id = {kMemoryDevice, node->inode};
    return result;
  }

  std::optional<std::string> real_path(const std::string& path) const override {
    const WalkResult walk = walk_tree(path);
    if (walk.error != 0) return std::nullopt;
    return walk.path;
  }

  std::vector<std::string> list_directory(const std::string& path) const override {
    std::vector<std::string> names;
    const WalkResult walk = walk_tree(path);
    if (walk.error != 0 || nodes_.at(walk.path).kind != FileKind::kDirectory) return names;
    const std::string prefix = walk.path == "/" ? "/" : walk.path + "/";
    for (auto it = nodes_.upper_bound(prefix); it != nodes_.end(); ++it) {
      if (it->first.compare(0, prefix.size(), prefix) != 0) break;
      const std::string name = it->first.substr(prefix.size());
      if (name.find('/') == std::string::npos) names.push_back(name);
    }
    return names;
  }

  std::string current_directory() const override { return "/"; }

 private:
  void add_node(const std::string& path, Node node) {
    if (path.empty() || path.front() != '/' || path == "/" || normalize_path(path) != path)
      throw Error(ErrorCode::kUsage, "not an absolute normal path: " + path);
    for (std::string parent(directory_name(path)); parent != "/"; parent = directory_name(parent)) {
      const Node& directory = nodes_[parent];
      if (directory.kind != FileKind::kDirectory)
        throw Error(ErrorCode::kUsage, parent + " is a file and a directory");
    }
    const auto old = nodes_.find(path);
    if (old != nodes_.end() && old->second.kind == FileKind::kDirectory)
      throw Error(ErrorCode::kUsage, path + " is a file and a directory");
    nodes_.insert_or_assign(path, std::move(node));
  }

  WalkResult walk_tree(const std::string& path) const {
    return walk_path(path, [this](const std::string& name) {
      WalkEntry entry;
      const auto found = nodes_.find(name);
      if (found == nodes_.end()) {
        entry.error = ENOENT;
        return entry;
      }
      entry.is_directory = found->second.kind == FileKind::kDirectory;
      entry.link_target = found->second.link_target;
      return entry;
    });
  }

  const Node* find_node(const std::string& path, int& error) const {
    // The usual case costs one look-up: a path of this tree that has no link in it.
    const auto direct = nodes_.find(path);
    if (direct != nodes_.end() && !direct->second.link_target) return &direct->second;
    const WalkResult walk = walk_tree(path);
    error = walk.error;
    return walk.error != 0 ? nullptr : &nodes_.at(walk.path);
  }

  std::map<std::string, Node> nodes_;
};

}  // namespace

std::unique_ptr<MemoryFileSystem> make_memory_file_system() {
  return std::make_unique<MemoryTree>();
}

}  // namespace elfwheel
