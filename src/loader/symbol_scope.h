// The symbols of the objects of a process, and the loader's rules for which of them a reference
// means.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/elf/elf_file.h"
#include "elfwheel/elf/libc.h"
#include "elfwheel/elf/relocations.h"
#include "elfwheel/elf/symbol_table.h"
#include "elfwheel/loader/link_map.h"
#include "loader/relocation_class.h"

namespace elfwheel::loader {

// One object of the process with what look-ups need of it; views the file it holds.
class ScopeObject {
 public:
  // Errors: kIo, kNotFound when it cannot be read any more; kTruncated, kCorrupt.
  ScopeObject(const FileSystem& files, const LinkMap& map, ObjectId id);
  ScopeObject(const ScopeObject&) = delete;
  ScopeObject& operator=(const ScopeObject&) = delete;

  ObjectId id() const { return id_; }
  const std::string& path() const { return path_; }
  const elf::ElfFile& file() const { return file_; }
  const elf::SymbolTable& symbols() const { return symbols_; }
  // DT_SYMBOLIC or DF_SYMBOLIC, where it counts: not for a program that the kernel starts.
  bool is_symbolic() const { return is_symbolic_; }
  // The version that a symbol of this object names or has; empty without one.
  std::string_view version_of(const elf::DynamicSymbol& symbol) const {
    return symbols_.has_versions() && symbol.version < versions_.size() ? versions_[symbol.version]
                                                                        : std::string_view{};
  }

 private:
  ObjectId id_;
  std::string path_;
  std::unique_ptr<FileContents> contents_;
  elf::ElfFile file_;
  elf::SymbolTable symbols_;
  std::vector<std::string_view> versions_;  // by index; empty: no version
  bool is_symbolic_;
};

// The objects that a look-up goes through, in order.
using Scope = std::vector<const ScopeObject*>;

struct Definition {
  const ScopeObject* object = nullptr;
  elf::DynamicSymbol symbol;
};

// A look-up: `symbol` of the object `from`.
struct Reference {
  const ScopeObject* from = nullptr;
  const Scope* scope = nullptr;
  elf::DynamicSymbol symbol;
  std::string_view version;
  RelocationClass relocation = RelocationClass::kPlain;
  bool own_first = false;  // the object's own definitions stand before the scope's
};

// glibc's look-ups, or musl's, in one process.
class SymbolLookup {
 public:
  explicit SymbolLookup(elf::Libc libc) : libc_(libc) {}

  // The object whose definition `reference` gets; null where there is none. With glibc the first
  // definition of an STB_GNU_UNIQUE name that anything was bound to has it for good, so that the
  // order of calls matters.
  const ScopeObject* find(const Reference& reference);

  // What every object of the scope would give the reference were it the first, in order.
  std::vector<Definition> find_all(const Reference& reference) const;

  // The object leaves the process.
  void forget(const ScopeObject& object);

 private:
  const ScopeObject* look_up(const Reference& reference);
  std::optional<Definition> find_first(const Reference& reference) const;
  std::optional<Definition> find_in(const ScopeObject& object, const elf::HashedName& name,
                                    const Reference& reference) const;

  elf::Libc libc_;
  std::unordered_map<std::string_view, const ScopeObject*> unique_;
};

}  // namespace elfwheel::loader
