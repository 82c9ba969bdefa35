// The store behind ObjectCache.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "elfwheel/base/file_system.h"
#include "elfwheel/loader/resolve.h"
#include "loader/object_facts.h"

namespace elfwheel::loader {

class ObjectCache::Store {
 public:
  // `is_shared`: it outlives one run, so that asking for a file's identity before opening it pays.
  explicit Store(bool is_shared) : is_shared_(is_shared) {}
  bool is_shared() const { return is_shared_; }

  // Null when the file is not known. The facts stay where they are as long as the store.
  const ObjectFacts* find(const FileId& id) const;
  const ObjectFacts& add(const FileId& id, ObjectFacts facts);

 private:
  struct Hash {
    size_t operator()(const FileId& id) const {
      return std::hash<uint64_t>()(id.inode * 0x9e3779b97f4a7c15u ^ id.device);
    }
  };
  bool is_shared_;
  mutable std::mutex mutex_;
  std::unordered_map<FileId, std::unique_ptr<const ObjectFacts>, Hash> facts_;
};

}  // namespace elfwheel::loader
