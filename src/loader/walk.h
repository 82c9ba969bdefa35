// A run of one libc's rules: what it is given, what it makes. resolve() decides which one runs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/loader/environment.h"
#include "elfwheel/loader/link_map.h"
#include "loader/candidate.h"
#include "loader/machine_defaults.h"
#include "loader/object_cache.h"

namespace elfwheel::loader {

// Binds what `map` has gained since the last call: the start, or its last opening. Returns why that
// opening fails, or "".
using BindNext = std::function<std::string(const LinkMap& map)>;

// What a run does beyond resolving the start.
struct Script {
  std::vector<OpenCall> opens;  // made once the process has started
  BindNext bind;                // null: nobody asks
  bool finds_shadowed = false;  // Request::shadowed is wanted
};

struct WalkInput {
  const FileSystem& files;
  const LoaderEnvironment& environment;
  std::string path;  // of the root, as the loader is given it
  FileId id;
  const ObjectFacts& root;
  bool is_program;  // started by the kernel, which resolves its path; else given to the loader
  MachineNames names;
  ObjectCache::Store& store;
  const Script& script;
};

// resolve(), and then what `script` says. The map's first object goes by the
// path as it was given.
LinkMap run_process(const FileSystem& files, const std::string& path,
                    const LoaderEnvironment& environment, ObjectCache::Store& store,
                    const Script& script);

// A file that a search has ended at.
struct SeenFile {
  std::string path;  // empty: none that could be loaded
  FileId id;
};

// `path` made absolute with the current directory and nothing else, without its last part.
std::string find_origin(const FileSystem& files, const std::string& path);

LoadedObject make_object(const FileSystem& files, const std::string& path, const FileId& id,
                         const ObjectFacts& facts);

// The object that `path` becomes for `request`, the first that leads to it; `loader` asked.
LoadedObject make_object_for(const FileSystem& files, const Request& request,
                             std::optional<ObjectId> loader, const std::string& path,
                             const Candidate& candidate, FoundBy source);

// Adds what is to become of `call` to the map.
Opening& add_opening(LinkMap& map, const OpenCall& call);

// Why an opening comes to nothing whose own file was not found.
std::string not_opened(const Opening& opening);

// Why an opening fails that has mapped what it could: its first need that was not found, of those
// that `map` has from `first_request` on; "" if all were.
std::string find_failure(const LinkMap& map, size_t first_request);

LinkMap walk_glibc(const WalkInput& input);
// What glibc loads into the namespace of the auditor `name`, which `source` asks for.
Auditor walk_auditor(const WalkInput& input, const std::string& source, const std::string& name);
LinkMap walk_musl(const WalkInput& input);

}  // namespace elfwheel::loader
