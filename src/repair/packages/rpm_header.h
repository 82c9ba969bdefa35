// The header of an installed package as rpm's database has it: a table of tags, then their data.
// Source: rpm's docs/manual/format_header.md, include/rpm/rpmtag.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "elfwheel/base/bytes.h"

namespace elfwheel::repair {

class RpmHeader {
 public:
  // Nothing when the bytes are no header. Views `bytes`.
  static std::optional<RpmHeader> parse(Bytes bytes);

  std::string_view name() const { return string(1000); }
  std::string_view version() const { return string(1001); }
  std::string_view release() const { return string(1002); }
  std::optional<uint32_t> epoch() const;
  std::string_view architecture() const { return string(1022); }
  std::string_view source_package() const { return string(1044); }  // "gcc-11.4.1-2.el9.src.rpm"

  // A file is directories()[directory_indices()[i]] + base_names()[i], the directory ending in '/'.
  std::vector<std::string_view> directories() const { return strings(1118); }
  std::vector<std::string_view> base_names() const { return strings(1117); }
  std::vector<uint32_t> directory_indices() const { return numbers(1116); }
  // False for a file that is not there: left out, or replaced by another package's. True when
  // nothing is said about it.
  bool is_installed(size_t file) const;

 private:
  struct Entry {
    uint32_t type = 0;
    uint32_t offset = 0;  // in data_
    uint32_t count = 0;
  };
  std::optional<Entry> find(uint32_t tag, uint32_t type) const;
  std::string_view string(uint32_t tag) const;
  std::vector<std::string_view> strings(uint32_t tag) const;
  std::vector<uint32_t> numbers(uint32_t tag) const;

  Bytes table_;
  Bytes data_;
};

}  // namespace elfwheel::repair
