// The symbols of the objects of a process, and glibc's rules for which of them a reference means.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/elf/elf_file.h"
#include "elfwheel/elf/relocations.h"
#include "elfwheel/elf/symbols.h"
#include "elfwheel/loader/link_map.h"
#include "loader/relocation_class.h"

namespace elfwheel::loader {

// One object of the process with what look-ups need of it; views the file it holds.
struct ScopeObject {
  ObjectId id = 0;
  std::unique_ptr<FileContents> contents;
  std::optional<elf::ElfFile> file;
  std::vector<elf::DynamicSymbol> symbols;
  std::vector<elf::Relocation> relocations;
  std::vector<std::string_view> versions;  // by index; empty: no version
  bool has_versions = false;               // DT_VERSYM
  bool is_symbolic = false;                // looks into itself first
  uint64_t first_hashed = 0;

  // The version that a symbol of this object names or has; empty without one.
  std::string_view version_of(const elf::DynamicSymbol& symbol) const {
    return has_versions && symbol.version < versions.size() ? versions[symbol.version]
                                                            : std::string_view{};
  }
};

// Errors: kIo, kNotFound when it cannot be read any more; kTruncated, kCorrupt.
ScopeObject read_scope_object(const FileSystem& files, const LinkMap& map, ObjectId id);

// A look-up: `symbol` of the object at `from` of the scope.
struct Reference {
  size_t from = 0;
  const elf::DynamicSymbol* symbol = nullptr;
  std::string_view version;
  RelocationClass relocation = RelocationClass::kPlain;
};

// The search list that all objects of a process share.
class SymbolScope {
 public:
  // `objects` in the order of the search, the root first; they must outlive this and stay in place.
  explicit SymbolScope(const std::vector<ScopeObject>& objects);

  // The place in the scope of the object whose definition `reference` gets; nothing where there is
  // none. The first definition of an STB_GNU_UNIQUE name that anything was bound to has it for
  // good, so that the order of calls matters.
  std::optional<size_t> find(const Reference& reference);

 private:
  struct Candidate {
    size_t object;
    const elf::DynamicSymbol* symbol;
  };
  using Candidates = std::vector<Candidate>;

  void collect_names();
  std::optional<Candidate> find_first(const Reference& reference,
                                      const Candidates& candidates) const;
  const elf::DynamicSymbol* find_in(const ScopeObject& object, const Candidate* begin,
                                    const Candidate* end, const Reference& reference) const;

  const std::vector<ScopeObject>& objects_;
  std::unordered_map<std::string_view, Candidates> candidates_;  // of names that are asked for
  std::unordered_map<std::string_view, size_t> unique_;
};

}  // namespace elfwheel::loader
