#include "elf/write/in_place.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/file_copy.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

// Zeros over something else, so many of them, erase what has moved away.
constexpr size_t kErasure = 16;
constexpr const char* kCapabilities = "security.capability";

// One contiguous write; the bytes belong to the Rewrite.
struct Piece {
  uint64_t offset = 0;
  Bytes bytes;
};

// What stood where a piece goes.
struct Old {
  uint64_t offset = 0;
  std::vector<std::byte> bytes;
};

struct Steps {
  std::vector<Piece> behind;   // at or behind the old end
  std::vector<Piece> content;  // inside the old part
  std::vector<Piece> erasures;
  std::vector<Old> undo;  // of the last two
};

size_t zeros_at(Bytes bytes, size_t at) {
  size_t end = at;
  while (end < bytes.size() && bytes.data()[end] == std::byte{0}) ++end;
  return end - at;
}

// Separates erasures from content. `begin` bytes are content in any case.
void split_inside(const Old& old, Bytes bytes, size_t begin, Steps& steps) {
  size_t content = 0;
  const auto flush = [&](size_t end) {
    if (end > content)
      steps.content.push_back({old.offset + content, Bytes(bytes.data() + content, end - content)});
  };
  for (size_t at = begin; at < bytes.size();) {
    const size_t zeros = zeros_at(bytes, at);
    if (zeros >= kErasure && zeros_at(Bytes(old.bytes), at) < zeros) {
      flush(at);
      steps.erasures.push_back({old.offset + at, Bytes(bytes.data() + at, zeros)});
      content = at + zeros;
    }
    at += std::max<size_t>(zeros, 1);
  }
  flush(bytes.size());
}

Old read_old(int file, uint64_t offset, size_t size) {
  Old old{offset, std::vector<std::byte>(size)};
  if (read_at(file, offset, old.bytes.data(), size) != size)
    throw Error(ErrorCode::kTruncated, "the file became shorter while it was edited");
  return old;
}

Steps plan_steps(const Rewrite& rewrite, uint64_t old_size, uint64_t headers_end, int file) {
  Steps steps;
  for (const Overwrite& overwrite : rewrite.overwrites) {
    const Bytes bytes(overwrite.bytes);
    const uint64_t offset = raw(overwrite.offset);
    const uint64_t room = offset < old_size ? old_size - offset : 0;
    const auto inside = static_cast<size_t>(std::min<uint64_t>(bytes.size(), room));
    if (inside < bytes.size())
      steps.behind.push_back(
          {offset + inside, Bytes(bytes.data() + inside, bytes.size() - inside)});
    if (inside == 0) continue;
    Old old = read_old(file, offset, inside);
    const uint64_t headers = offset < headers_end ? headers_end - offset : 0;
    split_inside(old, Bytes(bytes.data(), inside),
                 static_cast<size_t>(std::min<uint64_t>(inside, headers)), steps);
    steps.undo.push_back(std::move(old));
  }
  // What is carried towards the beginning arrives over the end of what it follows.
  if (const auto& carried = rewrite.carried; carried && carried->to < carried->from)
    steps.undo.push_back(read_old(file, raw(carried->to),
                                  static_cast<size_t>(raw(carried->from) - raw(carried->to))));
  return steps;
}

void resize(int descriptor, uint64_t size) {
  if (::ftruncate(descriptor, static_cast<off_t>(size)) != 0) throw io_error("cannot write", errno);
}

void flush(int descriptor) {
  if (::fsync(descriptor) != 0) throw io_error("cannot write", errno);
}

// Changed content costs a file its capabilities and set-ID bits; the one who edits it keeps them.
class KeptPrivileges {
 public:
  explicit KeptPrivileges(int descriptor) : descriptor_(descriptor) {
    if (::fstat(descriptor, &before_) != 0) throw io_error("cannot look at the file", errno);
    capabilities_.resize(256);  // larger than any version of them
    const ssize_t got =
        ::fgetxattr(descriptor, kCapabilities, capabilities_.data(), capabilities_.size());
    capabilities_.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  }

  // False, and errno is set, when the mode could not be set. Capabilities are set where the system
  // allows it, as for a file that is replaced.
  bool restore() const {
    struct stat now = {};
    const bool kept = ::fstat(descriptor_, &now) == 0 && now.st_mode == before_.st_mode;
    if (!kept && ::fchmod(descriptor_, before_.st_mode & 07777) != 0) return false;
    if (!capabilities_.empty())
      ::fsetxattr(descriptor_, kCapabilities, capabilities_.data(), capabilities_.size(), 0);
    return true;
  }

 private:
  int descriptor_;
  struct stat before_ = {};
  std::vector<char> capabilities_;
};

// As good as it goes: the error that led here is the one to report.
void undo(int file, uint64_t old_size, const Steps& steps, const Carried& carried,
          uint64_t moved) noexcept {
  try {
    const uint64_t skipped = carried.to > carried.from ? carried.size - moved : 0;
    uint64_t moved_back = 0;
    move_range(file, raw(carried.to) + skipped, raw(carried.from) + skipped, moved, moved_back);
    for (const Old& old : steps.undo) write_at(file, old.offset, Bytes(old.bytes));
    resize(file, old_size);
    flush(file);
  } catch (const Error&) {
  }
}

void write_pieces(int descriptor, const std::vector<Piece>& pieces) {
  for (const Piece& piece : pieces) write_at(descriptor, piece.offset, piece.bytes);
}

void keep(const KeptPrivileges& privileges) {
  if (!privileges.restore()) throw io_error("cannot keep the file's mode", errno);
}

}  // namespace

void write_in_place(uint64_t old_size, uint64_t headers_end, const Rewrite& rewrite, int file) {
  const Steps steps = plan_steps(rewrite, old_size, headers_end, file);
  const KeptPrivileges privileges(file);
  const Carried carried = rewrite.carried.value_or(Carried{});
  uint64_t moved = 0;
  try {
    write_pieces(file, steps.behind);
    if (rewrite.size > old_size) resize(file, rewrite.size);  // may end in zeros
    flush(file);
    // Beyond this point a crash may leave a file that is neither the old nor the new one.
    move_range(file, raw(carried.from), raw(carried.to), carried.size, moved);
    write_pieces(file, steps.content);
    write_pieces(file, steps.erasures);
    keep(privileges);
    flush(file);
    if (rewrite.size < old_size) resize(file, rewrite.size);
  } catch (const Error&) {
    undo(file, old_size, steps, carried, moved);
    privileges.restore();
    throw;
  }
  if (rewrite.size < old_size) flush(file);
}

void write_over(const MappedFile& source, const Rewrite& rewrite, int file) {
  const KeptPrivileges privileges(file);
  resize(file, 0);  // holes of the source must not show what was here
  copy_data(source.descriptor(), file,
            std::min<uint64_t>(source.bytes().size(), rewrite.patched_size()));
  for (const Overwrite& overwrite : rewrite.overwrites)
    write_at(file, raw(overwrite.offset), Bytes(overwrite.bytes));
  if (const auto& carried = rewrite.carried)
    copy_range(source.descriptor(), raw(carried->from), file, raw(carried->to), carried->size);
  resize(file, rewrite.size);
  keep(privileges);
  flush(file);
}

}  // namespace elfwheel::elf
