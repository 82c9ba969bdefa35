// All names are looked up in the target's directory, which is opened once: it may be renamed
// meanwhile. Two runs do not meet, for temporary names are random and never reused.
#include "base/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/file_attributes.h"
#include "base/file_copy.h"
#include "base/paths.h"

namespace elfwheel {
namespace {

// As the kernel's own bound for one path look-up (path_resolution(7)).
constexpr int kMaxSymlinks = 40;
// Leaves room below NAME_MAX for what is put around it.
constexpr size_t kLongestStem = 200;

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

std::string temporary_name(const std::string& target) {
  uint64_t value = 0;
  if (::getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value))
    throw io_error("cannot choose a temporary name", errno);
  return fmt::format(".{}.{:016x}", std::string_view(target).substr(0, kLongestStem), value);
}

// Errors that say that this directory, or its owner, wants no new file where the old one is.
bool is_refusal(int number) {
  return number == EACCES || number == EPERM || number == EROFS || number == EBUSY;
}

// Errors of linkat that another way to the same directory entry would meet, too.
bool is_final(int number) {
  return number == ENOSPC || number == EDQUOT || number == EIO || number == EROFS ||
         number == ENOMEM;
}

bool is_same_file(const std::string& path, int descriptor) {
  struct stat named = {};
  struct stat open = {};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(descriptor, &open) == 0 &&
         named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

}  // namespace

std::string OutputFile::Target::path() const { return join_path(directory, name); }

// What a new file would replace, if anything.
std::optional<struct stat> OutputFile::Target::status() const {
  struct stat status = {};
  const int result = ::fstatat(descriptor.number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW);
  // A path that ends in a slash has an empty last name.
  if (name.empty() || (result == 0 && S_ISDIR(status.st_mode)))
    throw io_error("cannot write", EISDIR);
  if (result != 0 && errno == ENOENT) return std::nullopt;
  if (result != 0) throw io_error("cannot look at the file", errno);
  if (!S_ISREG(status.st_mode))
    throw Error(ErrorCode::kIo, "cannot replace what is not a regular file");
  return status;
}

OutputFile OutputFile::create(const std::string& target, uint32_t new_mode) {
  const std::string path = follow_symlinks(target);
  const std::string_view directory = directory_name(path);
  OutputFile file({std::string(directory.empty() ? "." : directory), std::string(base_name(path)),
                   Descriptor()});
  const auto refuse = [&](const char* action, int number) -> void {
    const Error error = io_error(fmt::format("{} {}", action, file.target_.directory), number);
    if (file.old_ && is_refusal(number)) throw ReplaceRefused(error.code(), error.what());
    throw error;
  };
  file.target_.descriptor =
      Descriptor(::open(file.target_.directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!file.target_.descriptor.is_open()) refuse("cannot create a file in", errno);

  file.old_ = file.target_.status();

  // A file that replaces another is private until it has that one's mode.
  file.new_mode_ = file.old_ ? 0600 : new_mode;
  if (!file.open_nameless(file.new_mode_)) file.open_named(file.new_mode_);
  if (!file.file_.is_open()) refuse("cannot create a file in", errno);
  if (file.old_ && !take_over_owner(file.file_.number(), *file.old_)) {
    const int number = errno;
    const Error error = io_error("cannot keep the file's owner", number);
    if (is_refusal(number)) throw ReplaceRefused(error.code(), error.what());
    throw error;
  }
  return file;
}

OutputFile::~OutputFile() {
  if (is_named_ && target_.descriptor.is_open())  // closed: moved from
    ::unlinkat(target_.descriptor.number(), guarded_name_.c_str(), 0);
}

// False where this way is not open: the file system has no such files, or there is no /proc to
// open and link them by. Any other obstacle shows again when a named file is tried.
bool OutputFile::open_nameless(uint32_t mode) {
  Descriptor file(::openat(target_.descriptor.number(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC,
                           static_cast<mode_t>(mode)));
  if (!file.is_open()) return false;
  std::string path = fmt::format("/proc/self/fd/{}", file.number());
  if (!is_same_file(path, file.number())) return false;
  file_ = std::move(file);
  temporary_path_ = std::move(path);
  return true;
}

// Leaves the reason in errno when file_ stays closed.
void OutputFile::open_named(uint32_t mode) {
  for (;;) {
    start_guard();
    guard_.await();
    Descriptor file(::openat(target_.descriptor.number(), guarded_name_.c_str(),
                             O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode)));
    if (!file.is_open() && (errno == EEXIST || errno == EINTR)) continue;
    if (!file.is_open()) return;
    file_ = std::move(file);
    is_named_ = true;
    temporary_path_ = join_path(target_.directory, guarded_name_);
    return;
  }
}

void OutputFile::start_guard() {
  guarded_name_ = temporary_name(target_.name);
  guard_.dismiss();
  guard_ = NameGuard::start(target_.descriptor.number(), guarded_name_);
}

void OutputFile::write_at(uint64_t offset, Bytes bytes) {
  elfwheel::write_at(file_.number(), offset, bytes);
  size_ = std::max(size_, offset + bytes.size());
}

void OutputFile::append(Bytes bytes) { write_at(size_, bytes); }

void OutputFile::copy_from(int descriptor, uint64_t length) {
  copy_data(descriptor, file_.number(), length);
  size_ = std::max(size_, length);
}

void OutputFile::copy_part(int descriptor, uint64_t from, uint64_t length, uint64_t offset) {
  copy_range(descriptor, from, file_.number(), offset, length);
  size_ = std::max(size_, offset + length);
}

void OutputFile::truncate(uint64_t size) {
  if (::ftruncate(file_.number(), static_cast<off_t>(size)) != 0)
    throw io_error("cannot write", errno);
  size_ = size;
}

void OutputFile::commit() {
  // Now, so that it is ready when the content is flushed.
  if (old_ && !is_named_) start_guard();
  finish_content();
  if (!link_new_target()) {
    if (!is_named_ && !link_temporary()) continue_named();
    rename_into_place();
  }
  guard_.dismiss();
  file_.close();
  flush_directory();
}

void OutputFile::finish_content() {
  if (old_) take_over_attributes(target_.path(), file_.number(), *old_);
  if (::fsync(file_.number()) != 0) throw io_error("cannot write", errno);
}

// 0 or errno. The kernel before 6.10 asks for a privilege to link a descriptor directly.
int OutputFile::link_as(const std::string& name) const {
  const int directory = target_.descriptor.number();
  int first_error = 0;
  for (;;) {
    if (::linkat(AT_FDCWD, temporary_path_.c_str(), directory, name.c_str(), AT_SYMLINK_FOLLOW) ==
        0)
      return 0;
    first_error = errno;
    if (first_error != EINTR) break;
  }
  if (first_error == EEXIST || is_final(first_error)) return first_error;
  if (::linkat(file_.number(), "", directory, name.c_str(), AT_EMPTY_PATH) == 0) return 0;
  return errno == EEXIST ? EEXIST : first_error;
}

// False when there is something in the target's place, or a name has to be made first.
bool OutputFile::link_new_target() {
  if (old_ || is_named_) return false;
  const int error = link_as(target_.name);
  if (is_final(error)) throw io_error("cannot write", error);
  return error == 0;
}

// False when this file system does not let a nameless file have a name after all.
bool OutputFile::link_temporary() {
  for (;;) {
    if (guarded_name_.empty()) start_guard();
    guard_.await();
    const int error = link_as(guarded_name_);
    if (error == 0) is_named_ = true;
    if (error == 0) return true;
    if (is_final(error)) throw io_error("cannot write", error);
    if (error != EEXIST) return false;
    guarded_name_.clear();
  }
}

void OutputFile::continue_named() {
  const Descriptor nameless = std::move(file_);
  open_named(new_mode_);
  if (!file_.is_open())
    throw io_error(fmt::format("cannot create a file in {}", target_.directory), errno);
  copy_data(nameless.number(), file_.number(), size_);
  if (old_ && !take_over_owner(file_.number(), *old_))
    throw io_error("cannot keep the file's owner", errno);
  finish_content();
}

void OutputFile::rename_into_place() {
  const int directory = target_.descriptor.number();
  if (::renameat(directory, guarded_name_.c_str(), directory, target_.name.c_str()) != 0) {
    const int number = errno;
    const Error error = io_error("cannot rename the new file into place", number);
    if (old_ && is_refusal(number)) throw ReplaceRefused(error.code(), error.what());
    throw error;
  }
  is_named_ = false;
}

// The new name is on disk when the directory is. Some file systems flush no directories (EINVAL),
// some directories cannot be opened; nothing is wrong then.
void OutputFile::flush_directory() const {
  const Descriptor directory(
      ::openat(target_.descriptor.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open() || ::fsync(directory.number()) == 0) return;
  if (errno == EIO || errno == ENOSPC || errno == EDQUOT)
    throw io_error("the new file is in place, but its directory cannot be flushed", errno);
}

}  // namespace elfwheel
