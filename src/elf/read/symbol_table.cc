#include "elfwheel/elf/symbol_table.h"

#include <limits>

#include "elf/read/decode_symbol.h"
#include "elf/read/name_hash.h"
#include "elf/read/table_at.h"

namespace elfwheel::elf {
namespace {

using raw_layout::Sym;

constexpr uint64_t kGnuHeader = 16;
constexpr std::string_view kGnuName = "DT_GNU_HASH";
constexpr std::string_view kSysvName = "DT_HASH";

}  // namespace

HashedName::HashedName(std::string_view name) : text(name), gnu_hash(elf::gnu_hash(name)) {}

SymbolTable::SymbolTable(const ElfFile& file) : file_(&file) {
  const auto find = [&](uint64_t tag, std::string_view name, Bytes& bytes) {
    const auto address = file.find_dynamic(tag);
    if (address) bytes = bytes_from(file, Vaddr{*address}, name);
    return address.has_value();
  };
  if (!find(DT_SYMTAB, "DT_SYMTAB", symbols_)) return;
  has_versions_ = find(DT_VERSYM, "DT_VERSYM", versions_);
  if (find(DT_GNU_HASH, kGnuName, table_)) {
    hash_ = Hash::kGnu;
    dispatch_on(file, [&](auto kind) {
      using Word = typename decltype(kind)::Word;
      buckets_ = table_.read<Word>(0, kGnuName);
      first_symbol_ = table_.read<Word>(4, kGnuName);
      bloom_words_ = table_.read<Word>(8, kGnuName);
      bloom_shift_ = table_.read<Word>(12, kGnuName);
    });
  } else if (find(DT_HASH, kSysvName, table_)) {
    hash_ = Hash::kSysv;
  }
}

template <class E>
DynamicSymbol SymbolTable::entry(uint64_t index) const {
  DynamicSymbol symbol =
      decode_symbol<E>(*file_, symbols_.read<Sym<E>>(index * sizeof(Sym<E>), "DT_SYMTAB"));
  if (has_versions_) set_version(symbol, versions_.read<typename E::Half>(index * 2, "DT_VERSYM"));
  return symbol;
}

template <class E>
bool SymbolTable::is_named(uint64_t index, std::string_view name) const {
  const auto sym = symbols_.read<Sym<E>>(index * sizeof(Sym<E>), "DT_SYMTAB");
  // gABI: no name, whatever the string table begins with.
  if (sym.st_name == 0) return name.empty();
  // The text with its NUL, without looking for the end of what may be something else.
  const Bytes strings = file_->dynamic_strings();
  const uint64_t at = sym.st_name;
  return strings.contains(at, name.size() + 1) &&
         strings.text().compare(at, name.size(), name) == 0 &&
         strings.text()[at + name.size()] == '\0';
}

// A Bloom filter of words of the file's class, buckets, then one word a symbol from first_symbol_
// on: its hash but for the lowest bit, which ends the bucket's chain.
template <class E>
void SymbolTable::collect_by_gnu_hash(const HashedName& name,
                                      std::vector<DynamicSymbol>& found) const {
  using Addr = typename E::Addr;
  constexpr uint32_t kBits = sizeof(Addr) * 8;
  if (buckets_ == 0 || bloom_words_ == 0) return;
  const uint32_t hash = name.gnu_hash;
  const uint64_t word_at = (hash / kBits) & (bloom_words_ - 1);
  const uint64_t word = table_.read<Addr>(kGnuHeader + word_at * sizeof(Addr), kGnuName);
  const uint32_t second = bloom_shift_ < 32 ? hash >> bloom_shift_ : 0;
  if (((word >> (hash % kBits)) & (word >> (second % kBits)) & 1) == 0) return;

  const uint64_t buckets_at = kGnuHeader + uint64_t{bloom_words_} * sizeof(Addr);
  const uint64_t chains_at = buckets_at + uint64_t{buckets_} * 4;
  using Word = typename E::Word;
  uint64_t index = table_.read<Word>(buckets_at + uint64_t{hash % buckets_} * 4, kGnuName);
  if (index == 0) return;
  if (index < first_symbol_)
    throw Error(ErrorCode::kCorrupt, fmt::format("DT_GNU_HASH: a bucket begins at symbol {}, "
                                                 "before the first of the table, {}",
                                                 index, first_symbol_));
  // Bounded by the table's bytes: every step reads one word further on.
  for (;; ++index) {
    const uint32_t link = table_.read<Word>(chains_at + (index - first_symbol_) * 4, kGnuName);
    if (((link ^ hash) >> 1) == 0 && is_named<E>(index, name.text))
      found.push_back(entry<E>(index));
    if ((link & 1) != 0) return;
  }
}

template <class E, class Entry>
void SymbolTable::collect_by_sysv_hash(const HashedName& name,
                                       std::vector<DynamicSymbol>& found) const {
  const auto read = [&](uint64_t place) -> uint64_t {
    return table_.read<Entry>(place * sizeof(Entry), kSysvName);
  };
  const uint64_t buckets = read(0);
  const uint64_t chains = read(1);
  const uint64_t entries = table_.size() / sizeof(Entry);
  if (buckets > entries || chains > entries)
    throw Error(ErrorCode::kCorrupt, "DT_HASH: larger than its segment");
  if (buckets == 0) return;
  uint64_t steps = 0;
  for (uint64_t index = read(2 + sysv_hash(name.text) % buckets); index != 0;
       index = read(2 + buckets + index)) {
    if (index >= chains || ++steps > chains)
      throw Error(ErrorCode::kCorrupt, "DT_HASH: a chain leaves the table or runs in a circle");
    if (is_named<E>(index, name.text)) found.push_back(entry<E>(index));
  }
}

DynamicSymbol SymbolTable::at(uint32_t index) const {
  return dispatch_on(*file_, [&](auto kind) { return entry<decltype(kind)>(index); });
}

std::vector<DynamicSymbol> SymbolTable::named(const HashedName& name) const {
  std::vector<DynamicSymbol> found;
  if (hash_ == Hash::kNone) return found;
  dispatch_on(*file_, [&](auto kind) {
    using E = decltype(kind);
    // The entries of DT_HASH are 64 bits wide on s390x (its psABI).
    if (hash_ == Hash::kGnu) {
      collect_by_gnu_hash<E>(name, found);
    } else if (E::kIs64 && file_->header().e_machine == EM_S390) {
      collect_by_sysv_hash<E, typename E::Xword>(name, found);
    } else {
      collect_by_sysv_hash<E, typename E::Word>(name, found);
    }
  });
  return found;
}

}  // namespace elfwheel::elf
