// Which object defines what each reference of a process means, as glibc's loader decides when the
// process starts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/loader/link_map.h"

namespace elfwheel::loader {

// One symbol that a relocation of one object looks up, and where it was found.
struct Binding {
  ObjectId from = 0;
  std::string symbol;
  std::optional<std::string> version;  // of the reference; nothing where it wants none
  std::optional<ObjectId> to;          // nothing where nobody defines it
  bool weak = false;                   // the reference: it may stay undefined
  friend bool operator==(const Binding&, const Binding&) = default;
};

// The bindings of all objects of `map`, with every reference bound at once as LD_BIND_NOW has it:
// in the order of LinkMap::load_order, the root first, and in that of an object's relocations; each
// result once. An object that binds one symbol to two others (a copy relocation beside a jump slot)
// has a row for each. Not in it: what the loader itself looks up by name.
//
// Reads each object from `files`, which `map` was made of. Errors: kUnsupported for musl and for
// machines whose relocations are not known here; what elf::ElfFile::parse and
// elf::read_dynamic_symbols throw, with the file's path in front. Source: glibc 2.36
// elf/dl-lookup.c, elf/dl-reloc.c; docs/loader_rules.md.
std::vector<Binding> bindings(const FileSystem& files, const LinkMap& map);

}  // namespace elfwheel::loader
