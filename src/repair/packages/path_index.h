// Paths that somebody is looking for, asked once for each of the hundred thousands of paths that
// the databases of packages list.
#pragma once

#include <bitset>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/paths.h"

namespace elfwheel::repair {

class PathIndex {
 public:
  // Several values may be filed under one path.
  void add(const std::string& path, size_t value) {
    values_[path].push_back(value);
    directories_.emplace(directory_name(path));
    lengths_.set(length_bit(path));
  }

  // The values under `path`, or null.
  const std::vector<size_t>* find(std::string_view path) const {
    if (!lengths_.test(length_bit(path))) return nullptr;
    const auto found = values_.find(path);
    return found == values_.end() ? nullptr : &found->second;
  }

  // Whether some path lies in `directory` itself.
  bool has_directory(std::string_view directory) const { return directories_.contains(directory); }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  static constexpr size_t kLengths = 1024;
  static size_t length_bit(std::string_view path) { return path.size() % kLengths; }

  std::unordered_map<std::string, std::vector<size_t>, Hash, std::equal_to<>> values_;
  std::unordered_set<std::string, Hash, std::equal_to<>> directories_;
  std::bitset<kLengths> lengths_;  // most paths fall at this, without being hashed
};

}  // namespace elfwheel::repair
