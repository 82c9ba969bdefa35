#include "loader/ld_so_cache.h"

#include <algorithm>
#include <bit>

#include "base/packed_int.h"
#include "elfwheel/base/error.h"

namespace elfwheel::loader {

namespace {

constexpr std::string_view kOldMagic = "ld.so-1.7.0";
constexpr std::string_view kMagic = "glibc-ld.so.cache1.1";
constexpr uint64_t kOldHeaderSize = 16, kOldEntrySize = 12;
constexpr uint64_t kHeaderSize = 48, kEntrySize = 24;
constexpr uint64_t kCountAt = 20, kFlagsAt = 28, kExtensionAt = 32;
constexpr uint32_t kExtensionMagic = 0xeaa42174;
constexpr uint32_t kHwcapsTag = 1;
// High half of an entry's hwcap: the extension bit, and the ISA level beside it.
constexpr uint32_t kHwcapExtension = uint32_t{1} << 30;
constexpr uint32_t kIsaLevelMask = 0x3ff;
// hwcap of an entry from a legacy subdirectory: capabilities, one of four platforms, "tls".
constexpr uint64_t kPlatformMask = uint64_t{0xf} << 48;
constexpr uint64_t kTlsBit = uint64_t{1} << 63;
constexpr uint32_t kX86_64Flags = 0x303;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The number at the front of `text`, which loses it. ld.so's int wraps in practice; so does this.
uint32_t take_number(std::string_view& text) {
  uint32_t value = 0;
  while (!text.empty() && is_digit(text.front())) {
    value = value * 10 + static_cast<uint32_t>(text.front() - '0');
    text.remove_prefix(1);
  }
  return value;
}

// Whether ld.so before 2.37 takes an entry that has `hwcap` and no name of a level. Source: 2.36
// sysdeps/x86/dl-hwcap.h, dl-procinfo.h. Other machines' capabilities are not known here.
bool is_usable_legacy(uint64_t hwcap, uint32_t flags, const std::vector<std::string>& legacy) {
  if (hwcap == 0) return true;
  if (legacy.empty() || flags != kX86_64Flags) return false;
  uint64_t offered = kTlsBit;
  uint64_t platform = 0;
  for (const std::string& part : legacy) {
    if (part == "x86_64") offered |= uint64_t{1} << 1;
    if (part == "avx512_1") offered |= uint64_t{1} << 2;
    if (part == "haswell") platform = uint64_t{1} << 50;
    if (part == "xeon_phi") platform = uint64_t{1} << 51;
  }
  if ((hwcap & ~(offered | kPlatformMask)) != 0) return false;
  return (hwcap & kPlatformMask) == 0 || (hwcap & kPlatformMask) == platform;
}

// ldconfig notes the x86-64 level that a library's own property note demands: 1 = v2.
bool has_isa_level(uint32_t level, uint32_t flags, const std::vector<std::string>& hwcaps) {
  if (level == 0 || flags != kX86_64Flags) return true;
  const std::string name = "x86-64-v" + std::to_string(level + 1);
  return std::find(hwcaps.begin(), hwcaps.end(), name) != hwcaps.end();
}

}  // namespace

int compare_cache_names(std::string_view a, std::string_view b) {
  while (!a.empty()) {
    if (b.empty()) return 1;
    if (is_digit(a.front())) {
      if (!is_digit(b.front())) return 1;
      const auto left = static_cast<int32_t>(take_number(a));
      const auto right = static_cast<int32_t>(take_number(b));
      if (left != right) return left < right ? -1 : 1;
    } else if (is_digit(b.front())) {
      return -1;
    } else if (a.front() != b.front()) {
      return static_cast<signed char>(a.front()) < static_cast<signed char>(b.front()) ? -1 : 1;
    } else {
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return b.empty() ? 0 : -1;
}

LdSoCache::LdSoCache(Bytes bytes, elf::ByteOrder order) {
  const bool native_big = std::endian::native == std::endian::big;
  swap_ = (order == elf::ByteOrder::kBig) != native_big;
  bytes_ = bytes;
  try {
    if (bytes.text().substr(0, kOldMagic.size()) == kOldMagic) {
      const uint64_t end = kOldHeaderSize + uint64_t{four(12)} * kOldEntrySize;
      const uint64_t start = (end + 7) / 8 * 8;  // struct cache_file_new holds 64-bit numbers
      if (start > bytes.size()) return;
      bytes_ = bytes.sub(start, bytes.size() - start, "ld.so.cache");
    }
    if (bytes_.text().substr(0, kMagic.size()) != kMagic || bytes_.size() < kHeaderSize) return;
    // Written since glibc 2.33: 2 little, 3 big, 0 unknown.
    const uint32_t endian = static_cast<uint32_t>(bytes_.data()[kFlagsAt]) & 3;
    if (endian != 0 && endian != (order == elf::ByteOrder::kBig ? 3u : 2u)) return;
    const uint64_t count = four(kCountAt);
    if (!bytes_.contains(kHeaderSize, count * kEntrySize)) return;
    read_extensions(four(kExtensionAt));
    count_ = static_cast<size_t>(count);
  } catch (const Error&) {
    count_ = 0;
  }
}

uint32_t LdSoCache::four(uint64_t offset) const {
  const auto value = bytes_.read<uint32_t>(offset, "ld.so.cache");
  return swap_ ? byte_swapped(value) : value;
}

std::string_view LdSoCache::string_at(uint32_t offset) const {
  return bytes_.c_string(offset, "ld.so.cache");
}

std::string_view LdSoCache::key(size_t entry) const {
  return string_at(four(kHeaderSize + entry * kEntrySize + 4));
}

void LdSoCache::read_extensions(uint32_t offset) {
  if (offset == 0 || offset % 4 != 0 || !bytes_.contains(offset, 8)) return;
  if (four(offset) != kExtensionMagic) return;
  const uint64_t sections = four(offset + 4);
  if (!bytes_.contains(offset + uint64_t{8}, sections * 16)) return;
  for (uint64_t i = 0; i < sections; ++i) {
    const uint64_t section = offset + 8 + i * 16;
    if (four(section) != kHwcapsTag) continue;
    const uint64_t table = four(section + 8);
    const uint64_t size = four(section + 12);
    if (!bytes_.contains(table, size)) return;
    for (uint64_t at = 0; at + 4 <= size; at += 4)
      hwcaps_names_.emplace_back(string_at(four(table + at)));
  }
}

size_t LdSoCache::first_entry(std::string_view name) const {
  // Entries are sorted downwards.
  size_t low = 0;
  size_t high = count_;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (compare_cache_names(name, key(middle)) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

LdSoCache::Hwcap LdSoCache::hwcap(size_t entry) const {
  const uint64_t at = kHeaderSize + entry * kEntrySize + 16;
  const bool is_big = swap_ != (std::endian::native == std::endian::big);
  return is_big ? Hwcap{four(at), four(at + 4)} : Hwcap{four(at + 4), four(at)};
}

std::optional<std::string> LdSoCache::find(std::string_view name, uint32_t flags,
                                           const std::vector<std::string>& hwcaps,
                                           const std::vector<std::string>& legacy) const {
  try {
    std::optional<size_t> best;
    size_t best_level = hwcaps.size();
    for (size_t i = first_entry(name); i < count_; ++i) {
      if (compare_cache_names(name, key(i)) != 0) break;
      if (four(kHeaderSize + i * kEntrySize) != flags) continue;
      const auto [high, low] = hwcap(i);
      if ((high & ~kIsaLevelMask) != kHwcapExtension) {
        // Entries with a level come first: ld.so looks no further once it has one.
        if (!best && !is_usable_legacy(uint64_t{high} << 32 | low, flags, legacy)) continue;
        if (!best) best = i;
        break;
      }
      if (low >= hwcaps_names_.size() || !has_isa_level(high & kIsaLevelMask, flags, hwcaps))
        continue;
      const auto found = std::find(hwcaps.begin(), hwcaps.end(), hwcaps_names_[low]);
      const auto level = static_cast<size_t>(found - hwcaps.begin());
      if (level >= best_level) continue;
      best_level = level;
      best = i;
    }
    if (!best) return std::nullopt;
    return std::string(string_at(four(kHeaderSize + *best * kEntrySize + 8)));
  } catch (const Error&) {
    return std::nullopt;  // the loader ignores a cache that contradicts itself
  }
}

}  // namespace elfwheel::loader
