// The dynamic symbol table. Its length is written down nowhere in the dynamic section: it follows
// from a hash table (gABI chapter 5 "Hash Table"; the GNU one as glibc elf/dl-lookup.c reads it).

#include "elfwheel/elf/symbols.h"

#include <algorithm>
#include <optional>

#include "elf/read/decode_symbol.h"
#include "elf/read/table_at.h"
#include "elfwheel/elf/relocations.h"

namespace elfwheel::elf {
namespace {

using raw_layout::Sym;

// DT_HASH: nbucket, nchain; nchain is the number of symbols. On s390x and alpha the entries are
// 64 bits wide (their psABIs).
template <class E>
uint64_t count_by_sysv_hash(const ElfFile& file, Vaddr address) {
  const Bytes table = bytes_from(file, address, "DT_HASH");
  if (file.header().e_machine == EM_S390 && E::kIs64)
    return table.read<typename E::Xword>(8, "DT_HASH");
  return table.read<typename E::Word>(4, "DT_HASH");
}

// DT_GNU_HASH: the highest symbol that a bucket starts at, then along its chain to the end mark.
// Nothing when no symbol is hashed: linkers write symoffset 1 then, whatever the table holds.
template <class E>
std::optional<uint64_t> count_by_gnu_hash(const ElfFile& file, Vaddr address) {
  const Bytes table = bytes_from(file, address, "DT_GNU_HASH");
  const uint32_t nbuckets = table.read<typename E::Word>(0, "DT_GNU_HASH");
  const uint32_t symoffset = table.read<typename E::Word>(4, "DT_GNU_HASH");
  const uint32_t bloom_size = table.read<typename E::Word>(8, "DT_GNU_HASH");
  const uint64_t buckets_at = 16 + uint64_t{bloom_size} * sizeof(typename E::Addr);
  const auto buckets =
      table.table<typename E::Word>(buckets_at, nbuckets, 4, "DT_GNU_HASH buckets");
  uint32_t last = 0;
  for (const auto& bucket : buckets) last = std::max<uint32_t>(last, bucket);
  if (last == 0 || last < symoffset) return std::nullopt;
  const uint64_t chains_at = buckets_at + uint64_t{nbuckets} * 4;
  uint64_t symbol = last;
  // Bounded by the table's bytes: every step reads one chain word further on.
  while ((table.read<typename E::Word>(chains_at + (symbol - symoffset) * 4, "DT_GNU_HASH chain") &
          1) == 0)
    ++symbol;
  return symbol + 1;
}

// Where no hash table tells: the section header, if there is one that agrees; else as many as
// relocations refer to, which is all that the loader will ever read.
template <class E>
uint64_t count_by_other_means(const ElfFile& file, Vaddr table) {
  const Header& header = file.header();
  const uint64_t sections_size = header.e_shnum * header.e_shentsize;
  if (header.e_shnum < UINT32_MAX && file.bytes().contains(raw(header.e_shoff), sections_size))
    for (const Section& section : file.sections())
      if (section.sh_type == SHT_DYNSYM && section.sh_addr == table)
        return section.sh_size / sizeof(Sym<E>);
  uint64_t highest = 0;
  for (const Relocation& relocation : read_symbol_relocations(file))
    highest = std::max<uint64_t>(highest, relocation.symbol);
  return highest + 1;
}

template <class E>
uint64_t count_symbols(const ElfFile& file) {
  const auto table = file.find_dynamic(DT_SYMTAB);
  if (!table) return 0;
  if (const auto hash = file.find_dynamic(DT_HASH))
    return count_by_sysv_hash<E>(file, Vaddr{*hash});
  if (const auto hash = file.find_dynamic(DT_GNU_HASH))
    if (const auto count = count_by_gnu_hash<E>(file, Vaddr{*hash})) return *count;
  return count_by_other_means<E>(file, Vaddr{*table});
}

template <class E>
std::vector<uint16_t> read_version_indices(const ElfFile& file, uint64_t count) {
  const auto address = file.find_dynamic(DT_VERSYM);
  if (!address) return {};
  const Bytes bytes = bytes_from(file, Vaddr{*address}, "DT_VERSYM");
  const auto table = bytes.table<typename E::Half>(0, count, 2, "DT_VERSYM");
  return {table.begin(), table.end()};
}

template <class E>
std::vector<DynamicSymbol> read_symbols(const ElfFile& file) {
  const uint64_t count = count_symbols<E>(file);
  if (count == 0) return {};
  const Bytes bytes = bytes_from(file, Vaddr{*file.find_dynamic(DT_SYMTAB)}, "DT_SYMTAB");
  const auto table = bytes.table<Sym<E>>(0, count, sizeof(Sym<E>), "DT_SYMTAB");
  const auto versions = read_version_indices<E>(file, count);
  std::vector<DynamicSymbol> symbols(table.size());
  for (size_t i = 0; i < table.size(); ++i) {
    symbols[i] = decode_symbol<E>(file, table[i]);
    if (i < versions.size()) set_version(symbols[i], versions[i]);
  }
  return symbols;
}

}  // namespace

std::vector<DynamicSymbol> read_dynamic_symbols(const ElfFile& file) {
  return dispatch_on(file, [&](auto kind) { return read_symbols<decltype(kind)>(file); });
}

uint64_t count_dynamic_symbols(const ElfFile& file) {
  return dispatch_on(file, [&](auto kind) { return count_symbols<decltype(kind)>(file); });
}

}  // namespace elfwheel::elf
