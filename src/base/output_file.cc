// The temporary file is created with O_EXCL under a random name beside its target, so that the
// final rename stays on one file system and two runs do not meet.
#include "base/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include "base/paths.h"
#include "elfwheel/base/error.h"

namespace elfwheel {
namespace {

// As the kernel's own bound for one path look-up (path_resolution(7)).
constexpr int kMaxSymlinks = 40;
constexpr size_t kCopyChunk = size_t{1} << 20;

// What a chain of symlinks at `path` names in the end, whether that exists or not. Only the last
// part is followed: the kernel does the directories.
std::string follow_symlinks(std::string path) {
  for (int hops = 0; hops < kMaxSymlinks; ++hops) {
    std::string target(4096, '\0');
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    if (length < 0) return path;  // not a symlink, or nothing there
    target.resize(static_cast<size_t>(length));
    const bool absolute = !target.empty() && target.front() == '/';
    path = absolute ? target : join_path(directory_name(path), target);
  }
  throw io_error("cannot follow the symlink", ELOOP);
}

std::string random_suffix() {
  uint64_t value = 0;
  if (::getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value))
    throw io_error("cannot choose a temporary name", errno);
  return fmt::format("{:016x}", value);
}

// Copies the attributes that a user can see or that grant access. The "security." family belongs
// to the system (labels, file capabilities, signatures over the old content): where it cannot be
// set, the system has set its own.
void copy_extended_attributes(const std::string& from, int to) {
  const ssize_t list_size = ::listxattr(from.c_str(), nullptr, 0);
  if (list_size <= 0) return;
  std::vector<char> names(static_cast<size_t>(list_size));
  const ssize_t listed = ::listxattr(from.c_str(), names.data(), names.size());
  if (listed <= 0) return;
  const std::string_view all(names.data(), static_cast<size_t>(listed));
  for (size_t at = 0; at < all.size();) {
    const std::string name(all.substr(at, all.find('\0', at) - at));
    at += name.size() + 1;
    const ssize_t value_size = ::getxattr(from.c_str(), name.c_str(), nullptr, 0);
    std::vector<char> value(static_cast<size_t>(std::max<ssize_t>(value_size, 0)));
    const ssize_t got = ::getxattr(from.c_str(), name.c_str(), value.data(), value.size());
    if (got < 0) continue;  // gone, or not ours to read
    if (::fsetxattr(to, name.c_str(), value.data(), static_cast<size_t>(got), 0) != 0 &&
        !name.starts_with("security."))
      throw io_error(fmt::format("cannot keep the extended attribute {}", name), errno);
  }
}

void write_fully(int descriptor, uint64_t offset, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      throw io_error("cannot write", errno);
    }
    offset += static_cast<uint64_t>(written);
    bytes = Bytes(bytes.data() + written, bytes.size() - static_cast<size_t>(written));
  }
}

// How many of the first `length` bytes the kernel copied by itself; the rest is for read and write.
uint64_t copy_by_reference(int from, int to, uint64_t length) {
  uint64_t done = 0;
  while (done < length) {
    off_t in = static_cast<off_t>(done);
    off_t out = in;
    // One call copies at most 2 GiB less a page.
    const size_t chunk = static_cast<size_t>(std::min<uint64_t>(length - done, 1U << 30));
    const ssize_t copied = ::copy_file_range(from, &in, to, &out, chunk, 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied <= 0) break;  // EXDEV, ENOSYS, a full disk, ...: writing will find out
    done += static_cast<uint64_t>(copied);
  }
  return done;
}

}  // namespace

OutputFile OutputFile::create(const std::string& target, uint32_t new_mode) {
  OutputFile file;
  file.target_ = follow_symlinks(target);
  const std::string_view directory = directory_name(file.target_);
  file.directory_ = std::string(directory.empty() ? "." : directory);

  struct stat status = {};
  const bool exists = ::stat(file.target_.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode))
    throw Error(ErrorCode::kIo, "cannot replace what is not a regular file");
  if (!exists) file.new_mode_ = new_mode;

  // The name must stay below NAME_MAX with its suffix.
  const std::string stem(base_name(file.target_).substr(0, 200));
  for (;;) {
    file.temporary_ = join_path(file.directory_, fmt::format(".{}.{}", stem, random_suffix()));
    // A file that replaces another is private until it has that one's mode.
    file.descriptor_ = ::open(file.temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
                              static_cast<mode_t>(exists ? 0600 : new_mode));
    if (file.descriptor_ >= 0) return file;
    if (errno == EEXIST || errno == EINTR) continue;
    const int number = errno;
    file.temporary_.clear();
    throw io_error(fmt::format("cannot create a file in {}", file.directory_), number);
  }
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      directory_(std::move(other.directory_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      new_mode_(other.new_mode_) {}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::write_at(uint64_t offset, Bytes bytes) {
  write_fully(descriptor_, offset, bytes);
  size_ = std::max(size_, offset + bytes.size());
}

void OutputFile::append(Bytes bytes) { write_at(size_, bytes); }

void OutputFile::copy_from(int descriptor, uint64_t length) {
  uint64_t done = copy_by_reference(descriptor, descriptor_, length);
  std::vector<std::byte> chunk;
  while (done < length) {
    chunk.resize(static_cast<size_t>(std::min<uint64_t>(length - done, kCopyChunk)));
    const ssize_t got = ::pread(descriptor, chunk.data(), chunk.size(), static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw io_error("cannot read", errno);
    if (got == 0)
      throw Error(ErrorCode::kTruncated, fmt::format("the file ended at {:#x} while it was copied, "
                                                     "{:#x} bytes were expected",
                                                     done, length));
    write_fully(descriptor_, done, Bytes(chunk.data(), static_cast<size_t>(got)));
    done += static_cast<uint64_t>(got);
  }
  size_ = std::max(size_, length);
}

void OutputFile::truncate(uint64_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0)
    throw io_error("cannot write", errno);
  size_ = size;
}

// The owner before the mode, since a change of owner clears set-user-ID bits; the mode before the
// attributes, since an access control list includes the group bits.
void OutputFile::take_over_attributes() {
  struct stat old = {};
  if (::stat(target_.c_str(), &old) != 0) return;  // removed meanwhile: the result is a new file
  struct stat own = {};
  if (::fstat(descriptor_, &own) != 0) throw io_error("cannot look at the new file", errno);
  if ((own.st_uid != old.st_uid || own.st_gid != old.st_gid) &&
      ::fchown(descriptor_, old.st_uid, old.st_gid) != 0)
    throw io_error("cannot keep the file's owner", errno);
  if (::fchmod(descriptor_, old.st_mode & 07777) != 0)
    throw io_error("cannot keep the file's mode", errno);
  copy_extended_attributes(target_, descriptor_);
}

void OutputFile::commit() {
  if (!new_mode_) take_over_attributes();
  if (::fsync(descriptor_) != 0) throw io_error("cannot write", errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0)
    throw io_error("cannot rename the new file into place", errno);
  temporary_.clear();
  ::close(std::exchange(descriptor_, -1));
  // The rename itself is on disk when the directory is. Where a directory cannot be opened or
  // flushed the file is there all the same: nothing is left to undo.
  const int directory = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
}

}  // namespace elfwheel
