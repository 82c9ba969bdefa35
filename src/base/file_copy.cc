// copy_file_range(2) does the copying, extent by extent. Where it cannot (another file system, an
// old kernel) or will not go on, pread and pwrite do, and they find out why.
#include "base/file_copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "elfwheel/base/error.h"

namespace elfwheel {
namespace {

constexpr size_t kBuffer = size_t{1} << 20;
// After so many bytes the disk is told to begin writing: the final fsync then has little left to
// wait for (measured on ext4: 541 MB in 0.22 s instead of 0.30 s).
constexpr uint64_t kChunk = uint64_t{32} << 20;

Error ended_early(uint64_t at, uint64_t length) {
  return {ErrorCode::kTruncated, fmt::format("the file ended at {:#x} while it was copied, {:#x} "
                                             "bytes were expected",
                                             at, length)};
}

// How many bytes the kernel copied by itself.
uint64_t copy_by_kernel(int from, uint64_t from_offset, int to, uint64_t to_offset,
                        uint64_t length) {
  uint64_t done = 0;
  while (done < length) {
    auto in = static_cast<off_t>(from_offset + done);
    auto out = static_cast<off_t>(to_offset + done);
    const ssize_t copied = ::copy_file_range(from, &in, to, &out, length - done, 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied <= 0) break;  // EXDEV, ENOSYS, a full disk, ...: writing will find out
    done += static_cast<uint64_t>(copied);
  }
  return done;
}

void copy_extent(int from, uint64_t from_offset, int to, uint64_t to_offset, uint64_t length) {
  uint64_t done = copy_by_kernel(from, from_offset, to, to_offset, length);
  std::vector<std::byte> buffer;
  while (done < length) {
    buffer.resize(static_cast<size_t>(std::min<uint64_t>(length - done, kBuffer)));
    const size_t got = read_at(from, from_offset + done, buffer.data(), buffer.size());
    write_at(to, to_offset + done, Bytes(buffer.data(), got));
    done += got;
    if (got < buffer.size()) throw ended_early(from_offset + done, from_offset + length);
  }
}

struct Extent {
  uint64_t begin = 0;
  uint64_t end = 0;
};

// The first stretch of data in [from, length); empty when only a hole is left. All of it where the
// file system does not tell.
Extent next_data(int descriptor, uint64_t from, uint64_t length) {
  const off_t data = ::lseek(descriptor, static_cast<off_t>(from), SEEK_DATA);
  if (data < 0) return {errno == ENXIO ? length : from, length};
  const off_t hole = ::lseek(descriptor, data, SEEK_HOLE);
  const uint64_t end = hole < 0 ? length : static_cast<uint64_t>(hole);
  return {std::min(static_cast<uint64_t>(data), length), std::min(end, length)};
}

}  // namespace

void write_at(int descriptor, uint64_t offset, Bytes bytes) {
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

void write_next(int descriptor, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      throw io_error("cannot write", errno);
    }
    bytes = Bytes(bytes.data() + written, bytes.size() - static_cast<size_t>(written));
  }
}

size_t read_at(int descriptor, uint64_t offset, std::byte* buffer, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t got =
        ::pread(descriptor, buffer + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw io_error("cannot read", errno);
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

void move_range(int file, uint64_t from, uint64_t to, uint64_t length, uint64_t& moved) {
  std::vector<std::byte> buffer(static_cast<size_t>(std::min<uint64_t>(length, kBuffer)));
  for (uint64_t done = 0; done < length;) {
    const auto size = static_cast<size_t>(std::min<uint64_t>(length - done, buffer.size()));
    const uint64_t at = to > from ? length - done - size : done;
    if (read_at(file, from + at, buffer.data(), size) != size)
      throw ended_early(from + at, from + length);
    try {
      write_at(file, to + at, Bytes(buffer.data(), size));
    } catch (const Error&) {
      write_at(file, from + at, Bytes(buffer.data(), size));  // may have been written over in part
      throw;
    }
    done += size;
    moved += size;
  }
}

void copy_range(int from, uint64_t from_offset, int to, uint64_t to_offset, uint64_t length) {
  const uint64_t range_end = from_offset + length;
  for (uint64_t at = from_offset; at < range_end;) {
    const Extent extent = next_data(from, at, range_end);
    for (uint64_t begin = extent.begin; begin < extent.end;) {
      const uint64_t end = std::min(extent.end, begin + kChunk);
      const uint64_t target = to_offset + (begin - from_offset);
      copy_extent(from, begin, to, target, end - begin);
      // Only advice; where it is not taken, fsync does the work.
      ::sync_file_range(to, static_cast<off_t>(target), static_cast<off_t>(end - begin),
                        SYNC_FILE_RANGE_WRITE);
      begin = end;
    }
    at = extent.end;
  }
  struct stat source = {};
  if (::fstat(from, &source) != 0) throw io_error("cannot read", errno);
  // What is no regular file has no size to tell; its end has been seen by reading.
  const auto size = static_cast<uint64_t>(source.st_size);
  if (S_ISREG(source.st_mode) && size != 0 && size < range_end) throw ended_early(size, range_end);
}

void copy_data(int from, int to, uint64_t length) {
  copy_range(from, 0, to, 0, length);
  struct stat own = {};
  if (::fstat(to, &own) != 0) throw io_error("cannot write", errno);
  if (static_cast<uint64_t>(own.st_size) < length &&
      ::ftruncate(to, static_cast<off_t>(length)) != 0)  // ends with a hole
    throw io_error("cannot write", errno);
}

}  // namespace elfwheel
