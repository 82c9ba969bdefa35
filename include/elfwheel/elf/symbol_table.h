// The dynamic symbol table as the loader uses it: an entry is decoded when it is asked for, and a
// name is found through a hash table, so that a look-up touches few pages of a large library.
//
// Source: gABI chapter 5 "Hash Table"; DT_GNU_HASH as glibc elf/dl-lookup.c reads it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "elfwheel/elf/elf_file.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::elf {

// A name to look up in many tables.
struct HashedName {
  explicit HashedName(std::string_view name);
  std::string_view text;
  uint32_t gnu_hash;
};

class SymbolTable {
 public:
  // `file` must outlive this and stay in place. Errors: kCorrupt, kTruncated for tables that lie
  // outside the file.
  explicit SymbolTable(const ElfFile& file);

  // The entry at `index`. Errors: kTruncated beyond the bytes of the table's segment.
  DynamicSymbol at(uint32_t index) const;

  // The entries of that name that a look-up comes across, in its order: those of DT_GNU_HASH if
  // there is one, else of DT_HASH; none without either. Errors: kTruncated, kCorrupt (a chain that
  // does not end).
  std::vector<DynamicSymbol> named(const HashedName& name) const;

  // DT_VERSYM.
  bool has_versions() const { return has_versions_; }

 private:
  enum class Hash { kNone, kGnu, kSysv };

  template <class E>
  DynamicSymbol entry(uint64_t index) const;
  template <class E>
  bool is_named(uint64_t index, std::string_view name) const;
  template <class E>
  void collect_by_gnu_hash(const HashedName& name, std::vector<DynamicSymbol>& found) const;
  template <class E, class Entry>
  void collect_by_sysv_hash(const HashedName& name, std::vector<DynamicSymbol>& found) const;

  const ElfFile* file_;
  Bytes symbols_;   // DT_SYMTAB and what follows it in its segment; the others likewise
  Bytes versions_;  // DT_VERSYM
  Bytes table_;     // the hash table
  Hash hash_ = Hash::kNone;
  bool has_versions_ = false;
  // Of DT_GNU_HASH.
  uint32_t buckets_ = 0;
  uint32_t first_symbol_ = 0;
  uint32_t bloom_words_ = 0;
  uint32_t bloom_shift_ = 0;
};

}  // namespace elfwheel::elf
