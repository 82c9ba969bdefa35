// The store behind ObjectCache.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "elfwheel/base/file_system.h"
#include "elfwheel/loader/resolve.h"
#include "loader/object_facts.h"

namespace elfwheel::loader {

class PendingCache;

class ObjectCache::Store {
 public:
  // `is_shared`: it outlives one run, so that asking for a file's identity before opening it pays.
  explicit Store(bool is_shared);
  ~Store();
  bool is_shared() const { return is_shared_; }

  // Null when the file is not known. The facts stay where they are as long as the store.
  const ObjectFacts* find(const FileId& id) const;
  const ObjectFacts& add(const FileId& id, ObjectFacts facts);
  // The result of `make` for the machine that has these cache_flags, made when first asked for.
  const PendingCache& pending_cache(const FileSystem& files, uint32_t cache_flags,
                                    const std::function<PendingCache()>& make);

 private:
  struct Hash {
    size_t operator()(const FileId& id) const {
      return std::hash<uint64_t>()(id.inode * 0x9e3779b97f4a7c15u ^ id.device);
    }
  };
  bool is_shared_;
  mutable std::mutex mutex_;
  std::unordered_map<FileId, std::unique_ptr<const ObjectFacts>, Hash> facts_;
  std::mutex pending_mutex_;  // never taken while mutex_ is held
  std::map<std::pair<const FileSystem*, uint32_t>, std::unique_ptr<const PendingCache>> pending_;
};

}  // namespace elfwheel::loader
