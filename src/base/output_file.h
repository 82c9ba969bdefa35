// A file that appears whole or not at all: written beside its target, flushed to disk, put in the
// target's place by commit(), gone otherwise.
//
// The new file has no name while it is written (O_TMPFILE), so that nothing is left of it when this
// process is killed. Only to replace an existing target it needs a name, from linkat to rename; a
// NameGuard removes that one if the process dies in between. File systems without O_TMPFILE, and
// machines without /proc, get a named file that is guarded all the time. So the target is the old
// file or the new one, and no litter stays, whichever system call is the last. What can leave a
// name
// (".TARGET." and 16 digits) in that window: a power failure, and the end of all processes of a
// container or machine at once.
//
// A target with other hard links is replaced under the one name; the others keep the old content.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/descriptor.h"
#include "base/name_guard.h"
#include "elfwheel/base/bytes.h"
#include "elfwheel/base/error.h"

namespace elfwheel {

// An existing target cannot be replaced, or not without changing its owner: the directory takes no
// new file, somebody else owns the file, it is a mount point. Writing into the file may still work.
class ReplaceRefused : public Error {
 public:
  using Error::Error;
};

class OutputFile {
 public:
  // Starts a file that will replace `target` (a symlink is followed to what it names). Where the
  // target exists, its mode, owner and extended attributes are taken over on commit(); a new file
  // gets `new_mode` as the umask allows. Errors: kIo / kNotFound when the directory cannot be
  // written, ReplaceRefused among them.
  static OutputFile create(const std::string& target, uint32_t new_mode = 0666);

  OutputFile(OutputFile&& other) noexcept = default;
  OutputFile& operator=(OutputFile&&) = delete;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  // Removes the new file unless commit() has been called.
  ~OutputFile();

  // Errors kIo for each: "cannot write: No space left on device".
  void write_at(uint64_t offset, Bytes bytes);
  void append(Bytes bytes);
  // Copies `length` bytes from offset 0 of `descriptor`, whose file offset moves, to offset 0 of
  // what is still empty: by reference where the file system can, and with its holes.
  void copy_from(int descriptor, uint64_t length);
  // Copies a part of `descriptor` to `offset`.
  void copy_part(int descriptor, uint64_t from, uint64_t length, uint64_t offset);
  // Cuts the file to `size` bytes, or extends it by a hole.
  void truncate(uint64_t size);
  uint64_t size() const { return size_; }
  // A path that opens the new file, in this process and while this object lives.
  const std::string& temporary_path() const { return temporary_path_; }

  // Flushes the new file, puts it in the target's place and flushes the directory. After an error
  // the target is the old file; only when the directory cannot be flushed it is the new one, which
  // a power failure may still take back.
  void commit();

 private:
  // The target's last name in its directory.
  struct Target {
    std::string directory;
    std::string name;
    Descriptor descriptor;  // of the directory
    std::string path() const;
    std::optional<struct stat> status() const;
  };

  explicit OutputFile(Target target) : target_(std::move(target)) {}
  bool open_nameless(uint32_t mode);
  void open_named(uint32_t mode);
  void start_guard();
  void finish_content();
  int link_as(const std::string& name) const;
  bool link_new_target();
  bool link_temporary();
  void continue_named();
  void rename_into_place();
  void flush_directory() const;

  Target target_;
  std::optional<struct stat> old_;  // the target's; nothing when it is new
  uint32_t new_mode_ = 0;
  Descriptor file_;
  std::string temporary_path_;
  std::string guarded_name_;  // the temporary name, chosen before it is made
  bool is_named_ = false;     // guarded_name_ is there
  NameGuard guard_;
  uint64_t size_ = 0;
};

}  // namespace elfwheel
