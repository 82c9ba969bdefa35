// Lets libzip write into a base OutputFile. libzip knows how to replace a file by itself, but then
// without fsync and without keeping what the old file's owner set.
#pragma once

#include <zip.h>

#include <exception>
#include <vector>

#include "base/output_file.h"

namespace elfwheel::wheel {

// Where libzip's writes go. libzip writes in pieces of a few kilobytes and goes back to each local
// header once its entry is written; a window over the end of the file keeps that out of the file
// system.
class ZipOutput {
 public:
  // `file` must outlive this object.
  explicit ZipOutput(OutputFile& file) : file_(file) {}

  // A new libzip source that writes here; owned by the archive that is opened on it. Null, with
  // `error` set, when libzip cannot make it.
  zip_source_t* make_source(zip_error_t* error);

  // Writes out what is in the window.
  void flush();
  // What a callback threw; libzip must not see exceptions, so they wait here.
  std::exception_ptr failure;

 private:
  static zip_int64_t call(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command);
  zip_int64_t answer(void* data, zip_uint64_t length, zip_source_cmd_t command);
  void write(Bytes bytes);
  int seek(void* data, zip_uint64_t length);

  OutputFile& file_;
  std::vector<std::byte> window_;  // the bytes from window_start_ on, not in the file yet
  uint64_t window_start_ = 0;
  uint64_t position_ = 0;
  int error_code_ = ZIP_ER_OK;
  int system_error_ = 0;
};

}  // namespace elfwheel::wheel
