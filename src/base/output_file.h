// A file that appears whole or not at all: written under a temporary name in the target's
// directory, flushed to disk, renamed over the target on commit(), removed otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "elfwheel/base/bytes.h"

namespace elfwheel {

class OutputFile {
 public:
  // Starts a file that will replace `target` (a symlink is followed to what it names). Where the
  // target exists, its mode, owner and extended attributes are taken over on commit(); a new file
  // gets `new_mode` as the umask allows. Error kIo / kNotFound when the directory cannot be
  // written.
  static OutputFile create(const std::string& target, uint32_t new_mode = 0666);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  // Removes the temporary file unless commit() has been called.
  ~OutputFile();

  // Errors kIo for each: "cannot write: No space left on device".
  void write_at(uint64_t offset, Bytes bytes);
  void append(Bytes bytes);
  // Copies `length` bytes from offset 0 of `descriptor` to offset 0, by reference where the file
  // system can (copy_file_range).
  void copy_from(int descriptor, uint64_t length);
  // Cuts the file to `size` bytes, or extends it by a hole.
  void truncate(uint64_t size);
  uint64_t size() const { return size_; }
  // The temporary path, for libraries that open by name; and its descriptor.
  const std::string& temporary_path() const { return temporary_; }
  int descriptor() const { return descriptor_; }

  // fsync, rename over the target, fsync of the directory.
  void commit();

 private:
  OutputFile() = default;
  void take_over_attributes();

  std::string target_;
  std::string temporary_;
  std::string directory_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
  std::optional<uint32_t> new_mode_;  // set when the target is new
};

}  // namespace elfwheel
