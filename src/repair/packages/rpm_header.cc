#include "repair/packages/rpm_header.h"

#include "base/packed_int.h"

namespace elfwheel::repair {
namespace {

using Big32 = Packed<uint32_t, std::endian::big>;

struct RawEntry {
  Big32 tag, type, offset, count;
};

constexpr uint32_t kChar = 1;
constexpr uint32_t kInt32 = 4;
constexpr uint32_t kString = 6;
constexpr uint32_t kStringArray = 8;
constexpr uint32_t kEpoch = 1003;
constexpr uint32_t kFileStates = 1029;
constexpr size_t kIntroSize = 8;  // number of entries, bytes of data

}  // namespace

std::optional<RpmHeader> RpmHeader::parse(Bytes bytes) {
  if (bytes.size() < kIntroSize) return std::nullopt;
  const uint64_t entries = bytes.read<Big32>(0, "rpm header");
  const uint64_t data_size = bytes.read<Big32>(4, "rpm header");
  const uint64_t table_size = entries * sizeof(RawEntry);
  if (entries == 0 || !bytes.contains(kIntroSize, table_size + data_size)) return std::nullopt;
  RpmHeader header;
  header.table_ = bytes.sub(kIntroSize, table_size, "rpm header");
  header.data_ = bytes.sub(kIntroSize + table_size, data_size, "rpm header");
  return header;
}

std::optional<RpmHeader::Entry> RpmHeader::find(uint32_t tag, uint32_t type) const {
  for (size_t at = 0; at < table_.size(); at += sizeof(RawEntry)) {
    const RawEntry entry = table_.read<RawEntry>(at, "rpm header");
    if (entry.tag != tag) continue;
    if (entry.type != type) return std::nullopt;
    return Entry{entry.type, entry.offset, entry.count};
  }
  return std::nullopt;
}

std::string_view RpmHeader::string(uint32_t tag) const {
  const auto entry = find(tag, kString);
  return entry ? data_.c_string(entry->offset, "rpm header") : std::string_view();
}

std::vector<std::string_view> RpmHeader::strings(uint32_t tag) const {
  std::vector<std::string_view> result;
  const auto entry = find(tag, kStringArray);
  uint64_t offset = entry ? entry->offset : 0;
  for (uint32_t i = 0; entry && i < entry->count; ++i) {
    result.push_back(data_.c_string(offset, "rpm header"));
    offset += result.back().size() + 1;
  }
  return result;
}

std::vector<uint32_t> RpmHeader::numbers(uint32_t tag) const {
  const auto entry = find(tag, kInt32);
  if (!entry) return {};
  const auto raw = data_.table<Big32>(entry->offset, entry->count, sizeof(Big32), "rpm header");
  return {raw.begin(), raw.end()};
}

std::optional<uint32_t> RpmHeader::epoch() const {
  const std::vector<uint32_t> values = numbers(kEpoch);
  if (values.empty()) return std::nullopt;
  return values.front();
}

bool RpmHeader::is_installed(size_t file) const {
  const auto states = find(kFileStates, kChar);
  if (!states || file >= states->count) return true;
  return data_.read<uint8_t>(uint64_t{states->offset} + file, "rpm header") == 0;
}

}  // namespace elfwheel::repair
