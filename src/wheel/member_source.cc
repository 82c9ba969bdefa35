#include "wheel/member_source.h"

#include <libdeflate.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "wheel/deflate.h"

namespace elfwheel::wheel {
namespace {

constexpr size_t kReleased = size_t{32} << 20;

}  // namespace

zip_source_t* MemberSource::make_source(zip_error_t* error) {
  return zip_source_function_create(&MemberSource::call, this, error);
}

zip_int64_t MemberSource::call(void* self, void* data, zip_uint64_t length,
                               zip_source_cmd_t command) {
  auto& member = *static_cast<MemberSource*>(self);
  try {
    return member.answer(data, length, command);
  } catch (...) {
    if (!member.failure_) member.failure_ = std::current_exception();
    return -1;
  }
}

void MemberSource::take(CompressedMember member) {
  method_ = member.method;
  crc32_ = member.crc32;
  size_ = member.size;
  packed_size_ = member.packed_size();
  owns_ = true;
  owned_ = std::move(member.parts);
  data_.clear();
  for (const Buffer& part : owned_) data_.push_back(part.bytes());
}

void MemberSource::produce_now() {
  if (!produce_) return;
  const auto produce = std::exchange(produce_, nullptr);
  CompressedMember member = produce();
  if (member.method == Method::kStored && method_ == Method::kDeflated) {
    std::vector<Buffer> packed;
    // Stored blocks: what lets incompressible content be announced as deflated.
    packed.push_back(deflate(member.parts.empty() ? Bytes() : member.parts.front().bytes(), 0));
    member.parts = std::move(packed);
    member.method = Method::kDeflated;
  }
  take(std::move(member));
}

zip_int64_t MemberSource::describe(void* data) {
  produce_now();
  zip_stat_t status;
  zip_stat_init(&status);
  status.valid = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_CRC | ZIP_STAT_COMP_METHOD |
                 ZIP_STAT_ENCRYPTION_METHOD;
  status.size = size_;
  status.comp_size = packed_size_;
  status.crc = crc32_;
  status.comp_method = static_cast<zip_uint16_t>(method_);
  status.encryption_method = ZIP_EM_NONE;
  std::memcpy(data, &status, sizeof status);
  return sizeof status;
}

size_t MemberSource::read(std::byte* to, size_t most) {
  size_t done = 0;
  while (done < most && part_ < data_.size()) {
    const Bytes part = data_[part_];
    const size_t count = std::min(most - done, part.size() - position_);
    if (count != 0) std::memcpy(to + done, part.data() + position_, count);
    if (owns_) packed_crc32_ = libdeflate_crc32(packed_crc32_, to + done, count);
    done += count;
    position_ += count;
    unreleased_ += count;
    if (position_ < part.size()) break;
    // What is written is not needed any more; a large member's parts go one by one.
    if (part_ < owned_.size()) owned_[part_] = Buffer();
    ++part_;
    position_ = 0;
  }
  if (written_ && unreleased_ >= kReleased) {
    written_();
    unreleased_ = 0;
  }
  return done;
}

bool MemberSource::has_given(Bytes packed) const {
  return !owns_ || libdeflate_crc32(0, packed.data(), packed.size()) == packed_crc32_;
}

zip_int64_t MemberSource::answer(void* data, zip_uint64_t length, zip_source_cmd_t command) {
  switch (command) {
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                            ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
    case ZIP_SOURCE_STAT:
      return describe(data);
    case ZIP_SOURCE_OPEN:
      produce_now();
      part_ = 0;
      packed_crc32_ = 0;
      position_ = 0;
      return 0;
    case ZIP_SOURCE_READ:
      return static_cast<zip_int64_t>(
          read(static_cast<std::byte*>(data), static_cast<size_t>(length)));
    case ZIP_SOURCE_CLOSE:  // written; the second STAT needs the numbers alone
      owned_.clear();
      data_.clear();
      if (written_) written_();
      return 0;
    case ZIP_SOURCE_ERROR: {
      const int codes[2] = {ZIP_ER_READ, EIO};
      std::memcpy(data, codes, sizeof codes);
      return sizeof codes;
    }
    case ZIP_SOURCE_FREE:  // the writer owns this object
      return 0;
    default:
      return -1;
  }
}

}  // namespace elfwheel::wheel
