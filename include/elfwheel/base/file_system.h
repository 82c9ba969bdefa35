// What the loader rules ask of a file system, so that they can run on the host, on a root
// somewhere else, or on a wheel that is not installed yet (overlay).
//
// Results follow the system calls: a failure is an errno value inside the result, because the
// loader's rules depend on which errno it was (ENOENT goes on, ELOOP ends a list).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "elfwheel/base/bytes.h"

namespace elfwheel {

// Identity of a file as the loader compares it: two paths with equal FileId are one file.
struct FileId {
  uint64_t device = 0;
  uint64_t inode = 0;
  friend bool operator==(const FileId&, const FileId&) = default;
};

enum class FileKind { kRegular, kDirectory, kOther };

struct FileStatus {
  int error = 0;  // errno value; 0 = the fields below are valid
  FileKind kind = FileKind::kOther;
  uint32_t mode = 0;  // permission bits
  uint64_t size = 0;  // bytes
  FileId id;
};

// Content that stays valid while this object lives. Move-only: a mapping, an own buffer, or a
// view into a buffer whose owner outlives it.
class FileContents {
 public:
  virtual ~FileContents() = default;
  virtual Bytes bytes() const = 0;
  // Of an open file that has just these bytes, or -1; valid while this object lives.
  virtual int descriptor() const { return -1; }
  // A hint that [begin, end) will not be looked at for a while, and need not be in memory. The
  // bytes stay valid.
  virtual void release(uint64_t begin, uint64_t end) const {
    static_cast<void>(begin);
    static_cast<void>(end);
  }
};

struct OpenedFile {
  int error = 0;  // errno value; 0 = `contents` is set
  std::unique_ptr<FileContents> contents;
  FileId id;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // As stat(2): symlinks are followed.
  virtual FileStatus status(const std::string& path) const = 0;
  // As open(2) + mmap(2), read-only. A directory opens with EISDIR; an empty file is empty bytes.
  virtual OpenedFile open(const std::string& path) const = 0;
  // As realpath(3): absolute, no symlink, "." or ".." left; nothing when the file does not exist.
  virtual std::optional<std::string> real_path(const std::string& path) const = 0;
  // Names in a directory without "." and "..", sorted bytewise; empty when it cannot be read.
  virtual std::vector<std::string> list_directory(const std::string& path) const = 0;
  // The directory that relative paths start from, absolute.
  virtual std::string current_directory() const = 0;
};

// The machine this program runs on.
const FileSystem& host_file_system();

// The tree below `root` seen as "/": absolute paths and absolute symlinks stay inside it, as after
// chroot(2); ".." does not leave it. Relative paths start from "/".
std::unique_ptr<FileSystem> make_sysroot_file_system(const std::string& root);

// A tree in memory: directories arise from the files in them.
class MemoryFileSystem : public FileSystem {
 public:
  // `path` absolute and lexically normal. The bytes are viewed, not copied: their owner must
  // outlive this object. Adding a path twice replaces the file.
  virtual void add_file(const std::string& path, Bytes content, uint32_t mode = 0644) = 0;
  virtual void add_symlink(const std::string& path, const std::string& target) = 0;
};
std::unique_ptr<MemoryFileSystem> make_memory_file_system();

// `upper` over `lower`: a path that exists in upper is upper's. Both must outlive the result.
std::unique_ptr<FileSystem> make_overlay_file_system(const FileSystem& upper,
                                                     const FileSystem& lower);

}  // namespace elfwheel
