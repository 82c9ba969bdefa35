// /etc/ld.so.cache: which file ldconfig found for a SONAME.
//
// The format "glibc-ld.so.cache1.1", alone or behind the older "ld.so-1.7.0" one. Source: glibc
// 2.36 sysdeps/generic/dl-cache.h (the structures), elf/dl-cache.c `search_cache`,
// `_dl_cache_libcmp`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/base/bytes.h"
#include "elfwheel/elf/constants.h"

namespace elfwheel::loader {

class LdSoCache {
 public:
  // A cache that has nothing.
  LdSoCache() = default;
  // Reads the header of `bytes`, which must outlive the result. What is no cache that a loader of
  // `order` would use is one that has nothing: the loader goes on without it too.
  LdSoCache(Bytes bytes, elf::ByteOrder order);

  // The path for `name` among the entries with exactly `flags`: the best of `hwcaps` (names, best
  // first) that it is there for, else the first that is plain or of legacy subdirectories with
  // parts of `legacy` ("tls" is always one) alone; no `legacy`, no such entry. Runs of digits
  // compare as numbers.
  std::optional<std::string> find(std::string_view name, uint32_t flags,
                                  const std::vector<std::string>& hwcaps,
                                  const std::vector<std::string>& legacy) const;

  size_t entry_count() const { return count_; }

 private:
  struct Hwcap {
    uint32_t high, low;
  };
  size_t first_entry(std::string_view name) const;
  Hwcap hwcap(size_t entry) const;
  uint32_t four(uint64_t offset) const;
  std::string_view string_at(uint32_t offset) const;
  std::string_view key(size_t entry) const;
  void read_extensions(uint32_t offset);

  Bytes bytes_;  // from the header of the new format on: what its offsets count from
  bool swap_ = false;
  size_t count_ = 0;
  std::vector<std::string> hwcaps_names_;  // of the extension section
};

// How the cache orders names: -1, 0, 1.
int compare_cache_names(std::string_view a, std::string_view b);

}  // namespace elfwheel::loader
