// Ownership of libzip's objects and its errors as ours.
#pragma once

#include <zip.h>

#include <memory>
#include <string>

namespace elfwheel::wheel {

struct DiscardZip {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
// Changes that were not zip_close()d are dropped with it.
using ZipHandle = std::unique_ptr<zip_t, DiscardZip>;

struct CloseZipFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using ZipFileHandle = std::unique_ptr<zip_file_t, CloseZipFile>;

// libzip's error object, initialised.
struct ZipError {
  zip_error_t value;
  ZipError() { zip_error_init(&value); }
  ~ZipError() { zip_error_fini(&value); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  std::string text() { return zip_error_strerror(&value); }
};

}  // namespace elfwheel::wheel
