// One entry's packed data as libzip asks for it: STAT, OPEN, READ..., CLOSE, STAT.
//
// libzip writes what a source reports as already compressed without touching it; so raw copies and
// members packed by libdeflate take the same way.
#pragma once

#include <zip.h>

#include <exception>
#include <functional>
#include <utility>
#include <vector>

#include "elfwheel/wheel/archive.h"

namespace elfwheel::wheel {

class MemberSource {
 public:
  // Bytes that somebody else keeps; `written` is called when they are not needed any more, and in
  // between when many of them are not.
  MemberSource(Method method, uint32_t crc, uint64_t size, Bytes data,
               std::function<void()> written = nullptr)
      : written_(std::move(written)),
        method_(method),
        crc32_(crc),
        size_(size),
        packed_size_(data.size()),
        data_({data}) {}
  explicit MemberSource(CompressedMember member) { take(std::move(member)); }
  // A member that is made later, packed by `method`.
  MemberSource(std::function<CompressedMember()> produce, Method method)
      : produce_(std::move(produce)), method_(method) {}

  // What the archive is told when the entry is added. libzip decides then whether it would have to
  // compress, so a member that is made later must be what it was announced as.
  Method announced() const { return method_; }

  // A new libzip source; it refers to this object, which must outlive it. Null, with `error` set,
  // when libzip cannot make it.
  zip_source_t* make_source(zip_error_t* error);
  // What a callback threw; libzip must not see exceptions, so they wait here.
  const std::exception_ptr& failure() const { return failure_; }
  // Whether `entry` is what was handed over. For members made later: after they were written.
  bool describes(const ArchiveEntry& entry) const {
    return entry.method == method_ && entry.size == size_ && entry.crc32 == crc32_ &&
           entry.compressed_size == packed_size_;
  }
  // Whether `packed` is what was read from this. Only said of members that this owned: others are
  // copies of what an archive holds.
  bool has_given(Bytes packed) const;

 private:
  static zip_int64_t call(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command);
  zip_int64_t answer(void* data, zip_uint64_t length, zip_source_cmd_t command);
  zip_int64_t describe(void* data);
  size_t read(std::byte* to, size_t most);
  void take(CompressedMember member);
  void produce_now();

  std::function<CompressedMember()> produce_;  // empty once it was called
  std::function<void()> written_;
  Method method_ = Method::kDeflated;
  uint32_t crc32_ = 0;
  uint64_t size_ = 0;
  uint64_t packed_size_ = 0;
  uint32_t packed_crc32_ = 0;  // of what was read
  bool owns_ = false;
  std::vector<Buffer> owned_;
  std::vector<Bytes> data_;  // one behind the other
  size_t part_ = 0;          // what is read next: data_[part_] from position_ on
  size_t position_ = 0;
  size_t unreleased_ = 0;  // bytes that were read since `written_` was called
  std::exception_ptr failure_;
};

}  // namespace elfwheel::wheel
