#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/scratch_file.h"
#include "elfwheel/base/error.h"

namespace elfwheel {

MappedFile MappedFile::open(const std::string& path) {
  MappedFile file;
  const int error = file.map(path);
  if (error == ENODEV) throw Error(ErrorCode::kIo, "cannot open: not a regular file");
  if (error != 0) throw io_error("cannot open", error);
  return file;
}

// A failure leaves nothing mapped; the destructor closes the descriptor.
int MappedFile::map(const std::string& path) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) return errno;
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (!S_ISREG(status.st_mode)) return ENODEV;
  id_ = {status.st_dev, status.st_ino};
  const auto size = static_cast<size_t>(status.st_size);
  if (size == 0) return 0;  // mmap refuses a length of 0
  void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor_, 0);
  if (address == MAP_FAILED) return errno;
  data_ = static_cast<const std::byte*>(address);
  size_ = size;
  return 0;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      id_(other.id_),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(id_, other.id_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
  if (descriptor_ >= 0) ::close(descriptor_);
}

void MappedFile::release(uint64_t begin, uint64_t end) const { release_pages(data_, begin, end); }

OpenedFile open_host_file(const std::string& path) {
  MappedFile file;
  OpenedFile result;
  result.error = file.map(path);
  if (result.error != 0) return result;
  result.id = file.id();
  result.contents = std::make_unique<MappedFile>(std::move(file));
  return result;
}

}  // namespace elfwheel
