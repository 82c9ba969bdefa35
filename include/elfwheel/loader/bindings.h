// Which object defines what each reference of a process means, as the loader decides when the
// process starts and each time that it opens a file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/loader/environment.h"
#include "elfwheel/loader/link_map.h"
#include "elfwheel/loader/resolve.h"

namespace elfwheel::loader {

// An object of a reference's scope that would serve the reference if it were asked first.
struct Definer {
  ObjectId object = 0;
  bool weak = false;    // STB_WEAK, as all instances of a C++ template are
  bool unique = false;  // STB_GNU_UNIQUE
  friend bool operator==(const Definer&, const Definer&) = default;
};

// One symbol that a relocation of one object looks up, and where it was found.
struct Binding {
  ObjectId from = 0;
  std::string symbol;
  std::optional<std::string> version;  // of the reference; nothing where it wants none
  std::optional<ObjectId> to;          // nothing where nobody defines it
  bool weak = false;                   // the reference: it may stay undefined
  // With BindOptions::alternatives: all definers, in the scope's order, without a program's copy of
  // a library's variable; one where the symbol's own object settles it (-Bsymbolic, protected).
  std::vector<Definer> definers = {};
  friend bool operator==(const Binding&, const Binding&) = default;
};

struct BindOptions {
  std::vector<OpenCall> opens;  // in this order, once the process has started
  // Whether Binding::definers and Request::shadowed are filled in.
  bool alternatives = false;
};

struct BoundProcess {
  LinkMap map;
  // In the order of LinkMap::load_order, the root first, then of the objects that each opening
  // maps, also of one that fails for want of a symbol; within an object in that of its
  // relocations; each result once. An object that binds one symbol to two others (a copy relocation
  // beside a jump slot) has a row for each. Not in it: what the loader itself looks up by name.
  std::vector<Binding> bindings;
};

// resolve(), then every reference bound at once (LD_BIND_NOW, RTLD_NOW), then the calls of
// `options.opens` one after another. A call whose file, or what that needs, or a symbol that is not
// weak is not found fails as dlopen does (Opening::failure), and the next one meets a process
// without it.
//
// Errors: those of resolve(); kUnsupported for machines whose relocations are not known here; what
// elf::ElfFile::parse and elf::SymbolTable throw, with the file's path in front. Sources: glibc
// 2.36 elf/dl-lookup.c, elf/dl-reloc.c, elf/dl-open.c; musl 1.2.3 ldso/dynlink.c;
// docs/loader_rules.md.
BoundProcess bind_process(const FileSystem& files, const std::string& path,
                          const LoaderEnvironment& environment, const BindOptions& options,
                          const ObjectCache& cache);

}  // namespace elfwheel::loader
