// Both tables are rebuilt with the bucket counts they have: lookups stay as fast as the linker made
// them, and nothing grows.

#include "elf/write/hash_tables.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <type_traits>

#include "elf/read/name_hash.h"
#include "elf/read/raw.h"
#include "elf/read/table_at.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

// DT_GNU_HASH: four words, `bloom_size` words of the class's width, buckets, one chain word for
// each symbol from symoffset on.
struct GnuHashHeader {
  uint32_t nbuckets = 0;
  uint32_t symoffset = 0;
  uint32_t bloom_size = 0;
  uint32_t bloom_shift = 0;
};

template <class E>
struct GnuHashTable {
  explicit GnuHashTable(const FileFacts& facts)
      : bytes(bytes_from(facts.file, Vaddr{facts.file.find_dynamic(DT_GNU_HASH).value()},
                         "DT_GNU_HASH")) {
    const auto word = [&](uint64_t at) -> uint32_t {
      return bytes.template read<typename E::Word>(at, "DT_GNU_HASH");
    };
    header = {word(0), word(4), word(8), word(12)};
    buckets_at = 16 + uint64_t{header.bloom_size} * sizeof(typename E::Addr);
    chains_at = buckets_at + uint64_t{header.nbuckets} * 4;
    hashed = facts.symbols.size() > header.symoffset ? facts.symbols.size() - header.symoffset : 0;
    bytes.sub(0, chains_at, "DT_GNU_HASH");
    if (is_empty()) hashed = 0;
    bytes = bytes.sub(0, chains_at + hashed * 4, "DT_GNU_HASH chains");
  }

  // Linkers write a table with one empty bucket where nothing is exported.
  bool is_empty() const {
    for (uint64_t i = 0; i < header.nbuckets; ++i)
      if (bytes.template read<typename E::Word>(buckets_at + i * 4, "DT_GNU_HASH") != 0)
        return false;
    return true;
  }

  uint32_t chain(uint64_t i) const {
    return bytes.template read<typename E::Word>(chains_at + i * 4, "DT_GNU_HASH chains");
  }

  Bytes bytes;  // the table alone
  GnuHashHeader header;
  uint64_t buckets_at = 0;
  uint64_t chains_at = 0;
  uint64_t hashed = 0;  // symbols
};

// A table that is rebuilt has to be understood whole, or its neighbours would be overwritten.
template <class E>
void check_agrees(const FileFacts& facts, const GnuHashTable<E>& table) {
  bool agrees = std::has_single_bit(table.header.bloom_size);
  for (uint64_t i = 0; agrees && i < table.hashed; ++i)
    agrees = (table.chain(i) | 1) == (gnu_hash(facts.symbols[table.header.symoffset + i].name) | 1);
  if (!agrees)
    throw Error(ErrorCode::kUnsupported,
                "cannot rename symbols: DT_GNU_HASH does not agree with their names");
}

template <class E>
std::vector<uint32_t> plan_order(const FileFacts& facts, const Changes& changes) {
  const GnuHashTable<E> table(facts);
  if (table.hashed == 0) return {};
  check_agrees(facts, table);
  std::vector<uint32_t> buckets(facts.symbols.size());
  for (size_t i = table.header.symoffset; i < buckets.size(); ++i)
    buckets[i] = gnu_hash(facts.symbols[i].name) % table.header.nbuckets;
  for (const RenamedSymbol& each : changes.renamed)
    if (each.symbol >= table.header.symoffset)
      buckets[each.symbol] = gnu_hash(changes.slots[each.slot].text) % table.header.nbuckets;

  std::vector<uint32_t> order(facts.symbols.size());  // old index by new one
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin() + table.header.symoffset, order.end(),
                   [&](uint32_t a, uint32_t b) { return buckets[a] < buckets[b]; });
  if (std::is_sorted(order.begin(), order.end())) return {};
  std::vector<uint32_t> new_index(order.size());
  for (size_t i = 0; i < order.size(); ++i) new_index[order[i]] = static_cast<uint32_t>(i);
  return new_index;
}

template <class T>
void store(std::vector<std::byte>& bytes, uint64_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

template <class E>
std::vector<std::byte> encode_gnu(const FileFacts& facts,
                                  const std::vector<std::string_view>& names) {
  const GnuHashTable<E> table(facts);
  std::vector<std::byte> out(table.bytes.data(), table.bytes.data() + table.bytes.size());
  if (table.hashed == 0) return out;
  using Native = typename E::NativeWord;
  constexpr uint32_t kBits = sizeof(Native) * 8;
  const GnuHashHeader& header = table.header;
  std::vector<Native> bloom(header.bloom_size);
  std::vector<uint32_t> buckets(header.nbuckets);
  for (uint64_t i = 0; i < table.hashed; ++i) {
    const auto symbol = static_cast<uint32_t>(header.symoffset + i);
    const uint32_t hash = gnu_hash(names[symbol]);
    const uint32_t second = header.bloom_shift < 32 ? hash >> header.bloom_shift : 0;
    bloom[(hash / kBits) % header.bloom_size] |=
        (Native{1} << (hash % kBits)) | (Native{1} << (second % kBits));
    uint32_t& bucket = buckets[hash % header.nbuckets];
    if (bucket == 0) bucket = symbol;
    const bool last = i + 1 == table.hashed ||
                      gnu_hash(names[symbol + 1]) % header.nbuckets != hash % header.nbuckets;
    store(out, table.chains_at + i * 4, typename E::Word((hash & ~1U) | (last ? 1U : 0U)));
  }
  for (size_t i = 0; i < bloom.size(); ++i)
    store(out, 16 + i * sizeof(Native), typename E::Addr(bloom[i]));
  for (size_t i = 0; i < buckets.size(); ++i)
    store(out, table.buckets_at + i * 4, typename E::Word(buckets[i]));
  return out;
}

// DT_HASH: nbucket, nchain, buckets, chains; `Entry` is 64 bits wide on s390x (its psABI).
template <class Entry>
std::vector<std::byte> encode_sysv_as(const FileFacts& facts, const Changes& changes,
                                      const std::vector<std::string_view>& names) {
  Bytes bytes = bytes_from(facts.file, Vaddr{facts.file.find_dynamic(DT_HASH).value()}, "DT_HASH");
  const auto entry = [&](uint64_t i) -> uint64_t {
    return bytes.read<Entry>(i * sizeof(Entry), "DT_HASH");
  };
  const uint64_t nbucket = entry(0);
  const uint64_t nchain = entry(1);
  if (nbucket == 0 || nbucket > bytes.size() || nchain != names.size())
    throw Error(ErrorCode::kUnsupported,
                "cannot rename symbols: DT_HASH does not agree with the symbol table");
  bytes = bytes.sub(0, (2 + nbucket + nchain) * sizeof(Entry), "DT_HASH");

  // Which symbols the table holds: linkers differ in whether undefined ones are among them.
  std::vector<bool> member(names.size());
  for (uint64_t bucket = 0; bucket < nbucket; ++bucket)
    for (uint64_t symbol = entry(2 + bucket); symbol != 0; symbol = entry(2 + nbucket + symbol)) {
      if (symbol >= member.size() || member[changes.index_of(static_cast<uint32_t>(symbol))])
        throw Error(ErrorCode::kCorrupt, "DT_HASH: a chain leaves the symbol table or loops");
      member[changes.index_of(static_cast<uint32_t>(symbol))] = true;
    }
  std::vector<uint64_t> table(2 + nbucket + nchain);
  table[0] = nbucket;
  table[1] = nchain;
  for (uint64_t symbol = nchain; symbol-- > 1;) {
    if (!member[symbol]) continue;
    uint64_t& bucket = table[2 + sysv_hash(names[symbol]) % nbucket];
    table[2 + nbucket + symbol] = bucket;
    bucket = symbol;
  }
  using Value = std::conditional_t<sizeof(Entry) == 8, uint64_t, uint32_t>;
  std::vector<std::byte> out(bytes.size());
  for (size_t i = 0; i < table.size(); ++i)
    store(out, i * sizeof(Entry), Entry(static_cast<Value>(table[i])));
  return out;
}

}  // namespace

std::vector<uint32_t> plan_symbol_order(const FileFacts& facts, const Changes& changes) {
  if (!facts.file.find_dynamic(DT_GNU_HASH)) return {};
  return dispatch_on(facts.file,
                     [&](auto kind) { return plan_order<decltype(kind)>(facts, changes); });
}

std::vector<std::byte> encode_gnu_hash(const FileFacts& facts,
                                       const std::vector<std::string_view>& names) {
  return dispatch_on(facts.file,
                     [&](auto kind) { return encode_gnu<decltype(kind)>(facts, names); });
}

std::vector<std::byte> encode_sysv_hash(const FileFacts& facts, const Changes& changes,
                                        const std::vector<std::string_view>& names) {
  return dispatch_on(facts.file, [&](auto kind) {
    using E = decltype(kind);
    if (facts.file.header().e_machine == EM_S390 && E::kIs64)
      return encode_sysv_as<typename E::Xword>(facts, changes, names);
    return encode_sysv_as<typename E::Word>(facts, changes, names);
  });
}

}  // namespace elfwheel::elf
