#include "elf/write/movable.h"

#include <algorithm>

#include "elf/read/parse_headers.h"
#include "elf/read/raw.h"
#include "elf/read/table_at.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::elf {
namespace {

// Bytes of a version table, from its first entry to the end of its last auxiliary one.
template <class E, class Head, class Aux, class AuxOf, class CountOf, class NextOf, class AuxNext>
uint64_t version_extent(Bytes bytes, uint64_t count, AuxOf aux_of, CountOf count_of, NextOf next_of,
                        AuxNext aux_next) {
  uint64_t end = 0;
  uint64_t at = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const auto head = bytes.read<Head>(at, "version table");
    end = std::max<uint64_t>(end, at + sizeof(Head));
    uint64_t aux_at = at + aux_of(head);
    for (uint16_t j = 0; j < count_of(head); ++j) {
      const auto aux = bytes.read<Aux>(aux_at, "version table");
      end = std::max<uint64_t>(end, aux_at + sizeof(Aux));
      if (aux_next(aux) == 0) break;
      aux_at += aux_next(aux);
    }
    if (next_of(head) == 0) break;
    at += next_of(head);
  }
  return end;
}

template <class E>
uint64_t verneed_size(const ElfFile& file, Vaddr address) {
  using namespace raw_layout;
  return version_extent<E, Verneed<E>, Vernaux<E>>(
      bytes_from(file, address, "DT_VERNEED"), file.find_dynamic(DT_VERNEEDNUM).value_or(0),
      [](const Verneed<E>& need) -> uint32_t { return need.vn_aux; },
      [](const Verneed<E>& need) -> uint16_t { return need.vn_cnt; },
      [](const Verneed<E>& need) -> uint32_t { return need.vn_next; },
      [](const Vernaux<E>& aux) -> uint32_t { return aux.vna_next; });
}

template <class E>
uint64_t verdef_size(const ElfFile& file, Vaddr address) {
  using namespace raw_layout;
  return version_extent<E, Verdef<E>, Verdaux<E>>(
      bytes_from(file, address, "DT_VERDEF"), file.find_dynamic(DT_VERDEFNUM).value_or(0),
      [](const Verdef<E>& verdef) -> uint32_t { return verdef.vd_aux; },
      [](const Verdef<E>& verdef) -> uint16_t { return verdef.vd_cnt; },
      [](const Verdef<E>& verdef) -> uint32_t { return verdef.vd_next; },
      [](const Verdaux<E>& aux) -> uint32_t { return aux.vda_next; });
}

template <class E>
uint64_t gnu_hash_size(const ElfFile& file, Vaddr address, uint64_t symbols) {
  const Bytes table = bytes_from(file, address, "DT_GNU_HASH");
  const uint64_t nbuckets = table.read<typename E::Word>(0, "DT_GNU_HASH");
  const uint64_t symoffset = table.read<typename E::Word>(4, "DT_GNU_HASH");
  const uint64_t bloom = table.read<typename E::Word>(8, "DT_GNU_HASH");
  const auto buckets = table.table<typename E::Word>(16 + bloom * sizeof(typename E::Addr),
                                                     nbuckets, 4, "DT_GNU_HASH buckets");
  const bool any =
      std::any_of(buckets.begin(), buckets.end(), [](uint32_t first) { return first != 0; });
  // With nothing hashed no chain is ever followed; GNU ld writes one word of it, lld none.
  const uint64_t chains = any && symbols > symoffset ? symbols - symoffset : 0;
  const uint64_t size = 16 + bloom * sizeof(typename E::Addr) + (nbuckets + chains) * 4;
  return std::min<uint64_t>(size, table.size());
}

template <class E>
uint64_t sysv_hash_size(const ElfFile& file, Vaddr address) {
  const Bytes table = bytes_from(file, address, "DT_HASH");
  const bool wide = file.header().e_machine == EM_S390 && E::kIs64;
  if (wide)
    return (2 + table.read<typename E::Xword>(0, "DT_HASH") +
            table.read<typename E::Xword>(8, "DT_HASH")) *
           8;
  return (2 + uint64_t{table.read<typename E::Word>(0, "DT_HASH")} +
          uint64_t{table.read<typename E::Word>(4, "DT_HASH")}) *
         4;
}

class ChunkFinder {
 public:
  ChunkFinder(const ElfFile& file, const std::vector<Section>& sections)
      : file_(file), sections_(sections) {}

  std::vector<Chunk> find() {
    for (const Segment& segment : file_.segments())
      if (segment.p_type == PT_INTERP || segment.p_type == PT_NOTE ||
          segment.p_type == PT_GNU_PROPERTY)
        add_segment(segment);
    dispatch_on(file_, [&](auto kind) { add_tables<decltype(kind)>(); });
    return merged();
  }

 private:
  // A note segment that no PT_LOAD covers is nothing the loader sees, and stays.
  void add_segment(const Segment& segment) {
    const auto offset = file_.addresses().find_offset(segment.p_vaddr, segment.p_filesz);
    if (segment.p_filesz != 0 && offset == segment.p_offset)
      chunks_.push_back({segment.p_vaddr, segment.p_offset, segment.p_filesz});
  }

  // The section header may know of padding at the table's end; one that says much more lies.
  void add_table(uint64_t address, uint64_t size, uint32_t section_type) {
    constexpr uint64_t kMostPadding = 64;
    for (const Section& section : sections_)
      if (section.sh_type == section_type && raw(section.sh_addr) == address &&
          section.sh_size > size && section.sh_size - size <= kMostPadding)
        size = section.sh_size;
    const auto offset = file_.addresses().find_offset(Vaddr{address}, size);
    if (offset && size != 0) chunks_.push_back({Vaddr{address}, *offset, size});
  }

  template <class E>
  void add_tables() {
    const uint64_t symbols = count_dynamic_symbols(file_);
    if (const auto at = file_.find_dynamic(DT_GNU_HASH))
      add_table(*at, gnu_hash_size<E>(file_, Vaddr{*at}, symbols), SHT_GNU_HASH);
    if (const auto at = file_.find_dynamic(DT_HASH))
      add_table(*at, sysv_hash_size<E>(file_, Vaddr{*at}), SHT_HASH);
    if (const auto at = file_.find_dynamic(DT_SYMTAB))
      add_table(*at, symbols * sizeof(raw_layout::Sym<E>), SHT_DYNSYM);
    if (const auto at = file_.find_dynamic(DT_VERSYM)) add_table(*at, symbols * 2, SHT_GNU_versym);
    if (const auto at = file_.find_dynamic(DT_VERNEED))
      add_table(*at, verneed_size<E>(file_, Vaddr{*at}), SHT_GNU_verneed);
    if (const auto at = file_.find_dynamic(DT_VERDEF))
      add_table(*at, verdef_size<E>(file_, Vaddr{*at}), SHT_GNU_verdef);
  }

  // Overlapping ones (PT_NOTE and PT_GNU_PROPERTY of one note) become one.
  std::vector<Chunk> merged() {
    std::sort(chunks_.begin(), chunks_.end(),
              [](const Chunk& a, const Chunk& b) { return raw(a.address) < raw(b.address); });
    std::vector<Chunk> result;
    for (const Chunk& chunk : chunks_) {
      if (!result.empty() && raw(chunk.address) < raw(result.back().address) + result.back().size) {
        Chunk& last = result.back();
        last.size = std::max(last.size, raw(chunk.address) + chunk.size - raw(last.address));
      } else {
        result.push_back(chunk);
      }
    }
    return result;
  }

  const ElfFile& file_;
  const std::vector<Section>& sections_;
  std::vector<Chunk> chunks_;
};

bool all_zero(Bytes bytes) {
  return std::all_of(bytes.data(), bytes.data() + bytes.size(),
                     [](std::byte byte) { return byte == std::byte{0}; });
}

// True when the segment's bytes from `begin` on are chunks, the header table, or zero.
bool holds_only_chunks(const ElfFile& file, const Segment& segment, uint64_t begin,
                       const std::vector<Chunk>& chunks) {
  std::vector<std::pair<uint64_t, uint64_t>> parts;
  for (const Chunk& chunk : chunks) parts.emplace_back(raw(chunk.offset), chunk.size);
  const Header& header = file.header();
  parts.emplace_back(raw(header.e_phoff), uint64_t{header.e_phnum} * header.e_phentsize);
  std::sort(parts.begin(), parts.end());
  const uint64_t end = raw(segment.p_offset) + segment.p_filesz;
  uint64_t at = begin;
  for (const auto& [offset, size] : parts) {
    if (offset < at || offset >= end) continue;
    if (!all_zero(file.bytes().sub(at, offset - at, "segment"))) return false;
    at = offset + size;
  }
  return at <= end && all_zero(file.bytes().sub(at, end - at, "segment"));
}

// What a linker has protected, it has placed.
bool is_relro(const ElfFile& file, const Segment& segment) {
  const Segment* const relro = file.find_segment(PT_GNU_RELRO);
  return relro != nullptr && raw(relro->p_vaddr) <= raw(segment.p_vaddr) &&
         raw(segment.p_vaddr) < raw(relro->p_vaddr) + relro->p_memsz;
}

// No edit puts the section headers into a segment.
bool has_section_headers(const ElfFile& file, const Segment& segment) {
  const Header& header = file.header();
  const uint64_t begin = raw(header.e_shoff);
  const uint64_t size = uint64_t{header.e_shnum} * header.e_shentsize;
  return begin != 0 && begin < raw(segment.p_offset) + segment.p_filesz &&
         begin + size > raw(segment.p_offset);
}

}  // namespace

std::vector<Chunk> find_movable_chunks(const ElfFile& file, const std::vector<Section>& sections) {
  return ChunkFinder(file, sections).find();
}

OwnSegments find_own_segments(const ElfFile& file, const std::vector<Chunk>& chunks) {
  std::vector<size_t> loads;
  for (size_t i = 0; i < file.segments().size(); ++i)
    if (file.segments()[i].p_type == PT_LOAD) loads.push_back(i);
  std::sort(loads.begin(), loads.end(), [&](size_t a, size_t b) {
    return raw(file.segments()[a].p_vaddr) > raw(file.segments()[b].p_vaddr);
  });
  OwnSegments own;
  size_t next = 0;
  // A file whose only segments look like ours is nobody's edit.
  if (loads.size() > next + 1) {
    const Segment& segment = file.segments()[loads[next]];
    const uint64_t strings = file.find_dynamic(DT_STRTAB).value_or(0);
    if (segment.p_flags == PF_R && segment.p_filesz == segment.p_memsz &&
        strings == raw(segment.p_vaddr) && !has_section_headers(file, segment) &&
        holds_only_chunks(file, segment, raw(segment.p_offset) + file.dynamic_strings().size(),
                          chunks))
      own.strings = loads[next++];
  }
  // The two are always laid out together.
  if (own.strings && loads.size() > next + 1) {
    const Segment& segment = file.segments()[loads[next]];
    const uint64_t size = file.dynamic_capacity() * dynamic_entry_size(file.header());
    if (segment.p_flags == (PF_R | PF_W) && segment.p_vaddr == file.dynamic_address() &&
        segment.p_filesz == size && segment.p_memsz == size && !is_relro(file, segment) &&
        !has_section_headers(file, segment))
      own.dynamic = loads[next];
  }
  return own;
}

}  // namespace elfwheel::elf
