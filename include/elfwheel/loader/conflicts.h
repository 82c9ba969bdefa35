// What goes wrong in a process although everything was found: libraries that take each other's
// place.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/loader/bindings.h"

namespace elfwheel::loader {

enum class ConflictKind {
  kSameName,  // a name means two files of different content: the second is never mapped
  kRuntime,   // several implementations or copies of a runtime that has state
  kSymbols,   // definitions of the same symbols, of which the order decides
  kVersions,  // several versions or copies of any other library
};
// As in JSON: "same-name", "runtime", "symbols", "versions".
std::string_view conflict_kind_name(ConflictKind kind);

enum class Danger {
  kHigh,    // somebody gets something else than what it was made for
  kMedium,  // it works as long as the order stays what it is, or costs resources
  kLow,     // nobody gets anything unexpected: what it needs, the program's, a function of std
};
// As in JSON: "high", "medium", "low".
std::string_view danger_name(Danger danger);

// How many of a conflict's symbols one object takes from another.
struct Taking {
  ObjectId from = 0;
  ObjectId to = 0;
  size_t symbols = 0;
  // The definer that it would rather be served by: itself, or the one that it names as needed.
  std::optional<ObjectId> instead_of;
};

struct Conflict {
  ConflictKind kind = ConflictKind::kSymbols;
  Danger danger = Danger::kLow;
  std::string name;                // the name in question, the runtime, the library; "" for symbols
  std::vector<ObjectId> objects;   // those concerned, in the order of mapping
  std::vector<std::string> files;  // kSameName: real paths that are never mapped
  std::vector<std::string> symbols;  // kSymbols: sorted
  std::vector<Taking> takings;       // kSameName: who asks for what is never mapped; kSymbols: who
                                     // gets what
  bool is_blas = false;              // kSymbols: BLAS or LAPACK, whose integers may differ in width
};

// Definitions of the same symbols that no reference can confuse.
struct Apart {
  std::vector<ObjectId> objects;  // the definers, in the order of mapping
  std::vector<std::string> symbols;
  bool by_scope = false;  // RTLD_LOCAL; else versions, -Bsymbolic or protected symbols
};

struct Conflicts {
  std::vector<Conflict> conflicts;  // the most dangerous first
  std::vector<Apart> apart;
};

// The conflicts of `process`, which must have been bound with BindOptions::alternatives. Left out:
// what fails to be opened; weak and unique definitions, which C++ shares by design; what a preload
// replaces; what the parts of the C library define twice.
//
// Reads files that a name could mean from `files`. Errors: kIo.
Conflicts find_conflicts(const FileSystem& files, const BoundProcess& process);

}  // namespace elfwheel::loader
