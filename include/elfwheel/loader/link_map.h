// The loader's answer for one file: which objects it maps, in which order, from where and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/elf/constants.h"
#include "elfwheel/elf/libc.h"

namespace elfwheel::loader {

// Index into LinkMap::objects. 0 is the root file.
using ObjectId = size_t;

enum class FoundBy {
  kRoot,
  kRpath,
  kRunpath,
  kLibraryPath,    // LD_LIBRARY_PATH
  kPreload,        // LD_PRELOAD, /etc/ld.so.preload
  kCache,          // /etc/ld.so.cache
  kDefault,        // the default directories
  kPath,           // the name has a slash
  kAlreadyLoaded,  // an object loaded before answers to the name
  kNotFound,
};
// As in `lddtree --json`: "rpath", "runpath", "LD_LIBRARY_PATH", "LD_PRELOAD", "cache", "default",
// "path", "already loaded"; "" for kRoot and kNotFound.
std::string_view found_by_name(FoundBy found_by);

struct LoadedObject {
  // What it was first asked for by, as written (in DT_NEEDED, LD_PRELOAD, ...); "" for the root.
  std::string name;
  std::string path;       // what the loader opens: symlinks kept, tokens expanded
  std::string real_path;  // all symlinks resolved
  FileId id;
  elf::Libc libc = elf::Libc::kUnknown;
  // As written in the file. Rpath and runpath are split at ':'; empty optional = no such tag.
  std::optional<std::string> soname;
  std::optional<std::string> interp;
  std::vector<std::string> needed;
  std::optional<std::vector<std::string>> rpath;
  std::optional<std::vector<std::string>> runpath;
  std::string architecture;        // as elf::wheel_architecture; "" for others
  std::optional<ObjectId> loader;  // who asked first; nothing for the root and musl's preloads
  FoundBy found_by = FoundBy::kRoot;
};

// One place that was tried for a name, in order.
struct SearchStep {
  FoundBy source = FoundBy::kNotFound;
  std::optional<ObjectId> rpath_owner;  // whose RPATH or RUNPATH, for those sources
  std::string path;                     // the file tried
  std::string outcome;  // "found", or why not: "No such file or directory", "wrong ELF class", ...
  // Where ld.so.conf stands for a cache that is not there: its line by which ldconfig will find the
  // file, "FILE:LINE", or "built in" for a default directory. Else empty.
  std::string named_by = {};
};

// One DT_NEEDED string of one object, and what it came to.
struct Request {
  ObjectId asker = 0;
  uint64_t tag = elf::DT_NEEDED;   // or DT_FILTER, DT_AUXILIARY
  std::string name;                // as written in the file
  std::optional<ObjectId> object;  // nothing when not found
  FoundBy found_by = FoundBy::kNotFound;
  std::vector<SearchStep> steps;
  // Why ld.so would stop at this name ("PATH: file too short"), empty otherwise. glibc stops the
  // whole start, so this is the last request then; musl goes on and fails at the end.
  std::string fatal;
  // Where a loaded object answers to the name: another file that the search would have found, and
  // that is not mapped. Sought only for BindOptions::alternatives.
  std::optional<std::string> shadowed = std::nullopt;
};

// The scope that a file is opened with: RTLD_LOCAL; RTLD_GLOBAL; RTLD_LOCAL with RTLD_DEEPBIND,
// which musl takes for RTLD_LOCAL.
enum class OpenMode { kLocal, kGlobal, kDeepBind };
// As in `bindings --dlopen`: "local", "global", "deepbind".
std::string_view open_mode_name(OpenMode mode);

// A dlopen(3) that the running process is to make, RTLD_NOW, its program being the caller.
struct OpenCall {
  std::string name;  // as dlopen is given it: a path, or a name that is searched
  OpenMode mode = OpenMode::kLocal;
};

// One such call, and what it came to.
struct Opening {
  OpenMode mode = OpenMode::kLocal;
  Request request;                    // for the file itself; the root is the asker
  std::vector<ObjectId> search_list;  // it and its needs, breadth first: what RTLD_LOCAL adds
  std::vector<ObjectId> mapped;       // what was not in the process before, in order of mapping
  // Why dlopen returns NULL; nothing of it stays in the process then. Empty if it succeeds.
  std::string failure;
};

// A version that an object wants (DT_VERNEED) of a library that is there and does not define it.
// glibc does not start such a process, or fails the dlopen.
struct MissingVersion {
  ObjectId asker = 0;
  ObjectId library = 0;
  std::string version;  // "GLIBC_2.38"
};

// A library that ld.so loads before all others to watch it (rtld-audit(7)), in a namespace of its
// own: neither it nor what it needs is in the process's list, or in LinkMap::objects.
struct Auditor {
  std::string source;  // "LD_AUDIT", "DT_AUDIT" or "DT_DEPAUDIT"
  std::string name;    // as written
  std::vector<SearchStep> steps;
  // Paths in the order of loading, the auditor's first; empty when ld.so would ignore it.
  std::vector<std::string> loaded;
  std::string failure;  // why it would ("NAME: not found"); else empty
};

struct LinkMap {
  elf::Libc libc = elf::Libc::kUnknown;
  std::vector<LoadedObject> objects;  // in the order of mapping; [0] is the root
  std::vector<ObjectId> load_order;   // the loader's search list without the root
  std::vector<Request> requests;      // in the order of processing
  // LD_PRELOAD and /etc/ld.so.preload likewise, the root being the asker. One that is not found is
  // a warning and does not count for complete().
  std::vector<Request> preloads;
  // In the order of loading. ld.so goes on without one that cannot be had: complete() does too.
  std::vector<Auditor> auditors;
  std::vector<std::string> warnings;             // preloads that were not found, auditors, ...
  std::vector<MissingVersion> missing_versions;  // of the start; glibc alone looks
  std::vector<Opening> openings;                 // in the order of the calls; none of load_order
  // The root is a program and the loader that it names (PT_INTERP) is not there: the kernel does
  // not start it (execve(2), ENOENT). The rest is what that loader would do.
  bool interp_missing = false;
  // Whether everything was found, versions too, and opened. A DT_AUXILIARY of the root, or of
  // another object that is not in load_order, may be missing: ld.so says nothing then.
  bool complete() const;
};

// "version GLIBC_2.38 not found in /lib/libc.so.6, needed by ./a".
std::string describe(const LinkMap& map, const MissingVersion& missing);

// What stands against a start although every library was found, a line each: the loader that is
// not there, versions.
std::vector<std::string> describe_faults(const LinkMap& map);

}  // namespace elfwheel::loader
