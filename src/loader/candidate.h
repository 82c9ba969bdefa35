// One path that a search tried: is there a file, and what does the loader make of it?
//
// Source: glibc 2.36 elf/dl-load.c `open_verify`, `_dl_map_object_from_fd` (the machine is looked
// at before the rest of the header, as Debian's build does); musl 1.2.3 ldso/dynlink.c
// `map_library`.
#pragma once

#include <string>

#include "elfwheel/base/file_system.h"
#include "loader/object_cache.h"

namespace elfwheel::loader {

enum class CandidateUse {
  kTaken,
  kPassedOver,  // the search goes on (or the list ends, by `error`)
  kRefused,     // glibc gives up the whole start, musl this need
};

struct Candidate {
  CandidateUse use = CandidateUse::kPassedOver;
  int error = 0;                       // the errno the loader is left with when it was passed over
  std::string outcome;                 // "found", or why not
  FileId id;                           // when there is a file
  const ObjectFacts* facts = nullptr;  // when taken
};

// What glibc, running a root of `kind`, makes of the file at `path`.
Candidate examine_for_glibc(const FileSystem& files, const std::string& path,
                            const MachineKind& kind, ObjectCache::Store& store);

// Likewise musl, which takes the first file that opens: never passed over but by open's errno.
Candidate examine_for_musl(const FileSystem& files, const std::string& path,
                           const MachineKind& kind, ObjectCache::Store& store);

}  // namespace elfwheel::loader
