#include "base/scratch_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

namespace elfwheel {

ScratchFile::ScratchFile(Descriptor file, std::byte* data, size_t size)
    : file_(std::move(file)), data_(data), size_(size) {}

std::unique_ptr<ScratchFile> ScratchFile::create(const std::string& directory, size_t size) {
  if (size == 0) return nullptr;
  Descriptor file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file.is_open()) return nullptr;
  // Without room on the disk a store into the mapping would be a signal.
  if (::fallocate(file.number(), 0, 0, static_cast<off_t>(size)) != 0) return nullptr;
  void* const data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0);
  if (data == MAP_FAILED) return nullptr;
  return std::unique_ptr<ScratchFile>(
      new ScratchFile(std::move(file), static_cast<std::byte*>(data), size));
}

ScratchFile::~ScratchFile() { ::munmap(data_, size_); }

void release_pages(const std::byte* mapping, uint64_t begin, uint64_t end) {
  static const auto page = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  const uint64_t first = (begin + page - 1) / page * page;
  const uint64_t last = end / page * page;
  if (first >= last) return;
  // Only a hint: where it is not taken, memory is used.
  ::madvise(const_cast<std::byte*>(mapping) + first, static_cast<size_t>(last - first),
            MADV_DONTNEED);
}

}  // namespace elfwheel
