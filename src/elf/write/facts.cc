#include "elf/write/facts.h"

#include <fmt/format.h>

#include "elf/read/parse_headers.h"
#include "elf/read/raw.h"
#include "elf/read/table_at.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

// How many entries a version table has by its links, which is all that ld.so goes by. Every link
// leads forward, so that the bytes bound the walk.
template <class Entry, class Next>
uint64_t count_by_links(const ElfFile& file, uint64_t table_tag, Next next_of) {
  const Bytes bytes =
      bytes_from(file, Vaddr{file.find_dynamic(table_tag).value()}, "version table");
  uint64_t count = 0;
  for (uint64_t at = 0;;) {
    const auto entry = bytes.read<Entry>(at, "version table");
    ++count;
    const uint32_t next = next_of(entry);
    if (next == 0) return count;
    at += next;
  }
}

void check_count(const ElfFile& file, uint64_t count_tag, uint64_t count) {
  const uint64_t claimed = file.find_dynamic(count_tag).value_or(0);
  if (claimed != count)
    throw Error(ErrorCode::kCorrupt, fmt::format("{} says {}, but the table has {} entries",
                                                 dyn_tag_name(count_tag), claimed, count));
}

void check_version_counts(const ElfFile& file) {
  dispatch_on(file, [&](auto kind) {
    using E = decltype(kind);
    using Need = raw_layout::Verneed<E>;
    using Definition = raw_layout::Verdef<E>;
    if (file.find_dynamic(DT_VERNEED))
      check_count(file, DT_VERNEEDNUM,
                  count_by_links<Need>(file, DT_VERNEED,
                                       [](const Need& need) -> uint32_t { return need.vn_next; }));
    if (file.find_dynamic(DT_VERDEF))
      check_count(file, DT_VERDEFNUM,
                  count_by_links<Definition>(
                      file, DT_VERDEF, [](const Definition& d) -> uint32_t { return d.vd_next; }));
  });
}

// The string table may be moved whole, so that nothing else may lie in it.
void check_strings_alone(const FileFacts& facts) {
  const ElfFile& file = facts.file;
  const uint64_t begin = file.find_dynamic(DT_STRTAB).value_or(0);
  const auto size = file.find_dynamic(DT_STRSZ);
  if (!size) throw Error(ErrorCode::kCorrupt, "no DT_STRSZ: the string table has no length");
  if (*size != file.dynamic_strings().size())
    throw Error(ErrorCode::kCorrupt,
                fmt::format("DT_STRSZ {:#x} exceeds the {:#x} bytes that the file has there", *size,
                            file.dynamic_strings().size()));
  const auto check = [&](uint64_t at, uint64_t length, const std::string& what) {
    // What no segment holds whole, the loader does not read either.
    if (length == 0 || !file.addresses().find_offset(Vaddr{at}, length)) return;
    if (at < begin + *size && begin < at + length)
      throw Error(ErrorCode::kCorrupt,
                  fmt::format("the string table (DT_STRTAB, DT_STRSZ) reaches into {}", what));
  };
  for (const Chunk& chunk : facts.chunks) check(raw(chunk.address), chunk.size, "another table");
  check(raw(file.dynamic_address()), file.dynamic_capacity() * dynamic_entry_size(file.header()),
        "the dynamic section");
  for (const auto& [table, table_size] : kSizedTables)
    if (const auto at = file.find_dynamic(table))
      check(*at, file.find_dynamic(table_size).value_or(0), dyn_tag_name(table));
  // Section headers may lie; those count that agree with the segments.
  for (const Section& section : facts.sections)
    if ((section.sh_flags & SHF_ALLOC) != 0 && section.sh_type != SHT_NULL &&
        raw(section.sh_addr) != begin &&
        file.addresses().find_offset(section.sh_addr, section.sh_size) == section.sh_offset)
      check(raw(section.sh_addr), section.sh_size, "section " + section.name);
}

// gABI: ascending, and not larger in the file than in memory. Of two that overlap, one could be
// taken for what an earlier edit added.
void check_loads(const ElfFile& file) {
  uint64_t end = 0;
  for (const Segment& segment : file.segments()) {
    if (segment.p_type != PT_LOAD) continue;
    if (raw(segment.p_vaddr) < end)
      throw Error(ErrorCode::kCorrupt,
                  fmt::format("PT_LOAD at {:#x} begins before {:#x}, where the "
                              "one before it ends",
                              raw(segment.p_vaddr), end));
    if (segment.p_filesz > segment.p_memsz)
      throw Error(ErrorCode::kCorrupt,
                  fmt::format("PT_LOAD at {:#x}: file size {:#x} is larger than memory size {:#x}",
                              raw(segment.p_vaddr), segment.p_filesz, segment.p_memsz));
    end = raw(segment.p_vaddr) + segment.p_memsz;
  }
}

// The loader finds the dynamic section by its address, this program by its offset.
void check_dynamic_loaded(const ElfFile& file) {
  const uint64_t size = file.dynamic_capacity() * dynamic_entry_size(file.header());
  if (file.addresses().find_offset(file.dynamic_address(), size) != file.dynamic_offset())
    throw Error(ErrorCode::kCorrupt,
                fmt::format("PT_DYNAMIC and PT_LOAD contradict each other: no segment loads offset "
                            "{:#x} to address {:#x}",
                            raw(file.dynamic_offset()), raw(file.dynamic_address())));
}

}  // namespace

FileFacts read_facts(const ElfFile& file) {
  FileFacts facts{file, file.sections(), {}, {}, {}, {}, {}};
  if (!file.has_dynamic()) return facts;
  facts.symbols = read_dynamic_symbols(file);
  facts.needs = read_version_needs(file);
  facts.definitions = read_version_definitions(file);
  facts.chunks = find_movable_chunks(file, facts.sections);
  facts.own = find_own_segments(file, facts.chunks);
  return facts;
}

void check_consistent(const FileFacts& facts) {
  check_loads(facts.file);
  check_dynamic_loaded(facts.file);
  check_version_counts(facts.file);
  check_strings_alone(facts);
}

}  // namespace elfwheel::elf
