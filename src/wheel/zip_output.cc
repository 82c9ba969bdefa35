#include "wheel/zip_output.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace elfwheel::wheel {
namespace {

constexpr size_t kWindow = size_t{1} << 20;

zip_int64_t supported_commands() {
  return zip_source_make_command_bitmap(
      ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
      ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_BEGIN_WRITE,
      ZIP_SOURCE_COMMIT_WRITE, ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_WRITE, ZIP_SOURCE_SEEK_WRITE,
      ZIP_SOURCE_TELL_WRITE, ZIP_SOURCE_REMOVE, ZIP_SOURCE_SUPPORTS, -1);
}

}  // namespace

zip_source_t* ZipOutput::make_source(zip_error_t* error) {
  return zip_source_function_create(&ZipOutput::call, this, error);
}

zip_int64_t ZipOutput::call(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command) {
  auto& output = *static_cast<ZipOutput*>(self);
  try {
    return output.answer(data, length, command);
  } catch (...) {
    if (!output.failure) output.failure = std::current_exception();
    output.error_code_ = ZIP_ER_WRITE;
    output.system_error_ = EIO;
    return -1;
  }
}

zip_int64_t ZipOutput::answer(void* data, zip_uint64_t length, zip_source_cmd_t command) {
  switch (command) {
    case ZIP_SOURCE_SUPPORTS:
      return supported_commands();
    case ZIP_SOURCE_STAT:  // "there is no archive yet" is said as an error
      error_code_ = ZIP_ER_READ;
      system_error_ = ENOENT;
      return -1;
    case ZIP_SOURCE_ERROR: {
      const int codes[2] = {error_code_, system_error_};
      std::memcpy(data, codes, sizeof codes);
      return sizeof codes;
    }
    case ZIP_SOURCE_WRITE:
      write({static_cast<const std::byte*>(data), static_cast<size_t>(length)});
      return static_cast<zip_int64_t>(length);
    case ZIP_SOURCE_SEEK_WRITE:
      return seek(data, length);
    case ZIP_SOURCE_TELL_WRITE:
      return static_cast<zip_int64_t>(position_);
    case ZIP_SOURCE_COMMIT_WRITE:
      flush();
      return 0;
    case ZIP_SOURCE_BEGIN_WRITE:
    case ZIP_SOURCE_ROLLBACK_WRITE:
    case ZIP_SOURCE_REMOVE:
    case ZIP_SOURCE_FREE:
      return 0;
    default:
      error_code_ = ZIP_ER_OPNOTSUPP;
      return -1;
  }
}

int ZipOutput::seek(void* data, zip_uint64_t length) {
  const uint64_t size = std::max(file_.size(), window_start_ + window_.size());
  zip_error_t error;
  zip_error_init(&error);
  const zip_int64_t target = zip_source_seek_compute_offset(position_, size, data, length, &error);
  zip_error_fini(&error);
  if (target < 0) {
    error_code_ = ZIP_ER_INVAL;
    return -1;
  }
  position_ = static_cast<uint64_t>(target);
  return 0;
}

// Into the window or right behind it. Only a header of an entry larger than the window lies before
// it; libzip never leaves a gap.
void ZipOutput::write(Bytes bytes) {
  if (position_ < window_start_) {
    const auto before =
        static_cast<size_t>(std::min<uint64_t>(bytes.size(), window_start_ - position_));
    file_.write_at(position_, Bytes(bytes.data(), before));
    position_ += before;
    bytes = Bytes(bytes.data() + before, bytes.size() - before);
    if (bytes.empty()) return;
  }
  const auto at = static_cast<size_t>(position_ - window_start_);
  if (window_.size() < at + bytes.size()) window_.resize(at + bytes.size());
  std::memcpy(window_.data() + at, bytes.data(), bytes.size());
  position_ += bytes.size();
  if (window_.size() >= kWindow) flush();
}

void ZipOutput::flush() {
  if (!window_.empty()) file_.write_at(window_start_, window_);
  window_start_ += window_.size();
  window_.clear();
}

}  // namespace elfwheel::wheel
