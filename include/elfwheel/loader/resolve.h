// Resolves DT_NEEDED breadth first exactly as the dynamic loader would, executing nothing.
#pragma once

#include <memory>
#include <string>

#include "elfwheel/base/file_system.h"
#include "elfwheel/loader/environment.h"
#include "elfwheel/loader/link_map.h"

namespace elfwheel::loader {

// The link map of `path` on `files` under `environment`. A program (PT_INTERP and an executable
// bit) is looked at as the kernel starts it, anything else as the loader given its path would.
// A missing library is a result (LinkMap::complete), not an error.
// Errors: kNotFound, kIo, and what elf::ElfFile::parse throws, for the root file alone; a broken
// dependency is a Request with `fatal`. Source: ld.so(8); docs/loader_rules.md.
LinkMap resolve(const FileSystem& files, const std::string& path,
                const LoaderEnvironment& environment);

// What resolve() read of files it has seen, by FileId, so that many roots that share libraries
// parse each one once. Files must not change while it lives; one cache serves any number of file
// systems that agree on FileIds (a host and overlays over it). Safe to use from several threads.
class ObjectCache {
 public:
  ObjectCache();
  ~ObjectCache();
  ObjectCache(const ObjectCache&) = delete;
  ObjectCache& operator=(const ObjectCache&) = delete;

  class Store;  // private to the room
  Store& store() const { return *store_; }

 private:
  std::unique_ptr<Store> store_;
};

// As above, with what `cache` knows already. `opens`: dlopen calls that the process makes then, the
// root being the caller; symbols are not looked at (bind_process does that).
LinkMap resolve(const FileSystem& files, const std::string& path,
                const LoaderEnvironment& environment, const ObjectCache& cache,
                const std::vector<OpenCall>& opens = {});

}  // namespace elfwheel::loader
