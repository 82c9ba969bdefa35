#include "elf/write/file_ends.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked_math.h"
#include "elf/read/parse_headers.h"
#include "elfwheel/elf/relocations.h"
#include "elf/write/changes.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

// eu-elflint takes the size of a relocation's symbol for the size of what the relocation writes,
// and complains of a read-only segment within that distance. A gap in the address space costs
// nothing; sizes that no honest symbol has are not followed.
uint64_t relocated_end(const FileFacts& facts, uint64_t address_end) {
  constexpr uint64_t kMostGap = uint64_t{64} << 20;
  uint64_t end = 0;
  for (const Relocation& relocation : read_symbol_relocations(facts.file)) {
    if (relocation.symbol >= facts.symbols.size()) continue;
    const uint64_t size = facts.symbols[relocation.symbol].size;
    if (size <= kMostGap && raw(relocation.offset) < address_end)
      end = std::max(end, raw(relocation.offset) + size + 1);
  }
  return end;
}

bool is_behind_own_segments(const FileFacts& facts, uint64_t table) {
  if (section_table_size(facts.file.header()) == 0 || !facts.own.strings) return false;
  const std::vector<Segment>& segments = facts.file.segments();
  for (size_t i = 0; i < segments.size(); ++i)
    if (facts.own.has(i) && table < raw(segments[i].p_offset) + segments[i].p_filesz) return false;
  return true;
}

}  // namespace

uint64_t add(uint64_t a, uint64_t b) {
  const auto sum = checked_add(a, b);
  if (!sum) throw Error(ErrorCode::kCorrupt, "an address or offset exceeds 64 bits");
  return *sum;
}

uint64_t align_up(uint64_t value, uint64_t alignment) {
  const auto result = checked_align_up(value, alignment);
  if (!result) throw Error(ErrorCode::kCorrupt, "an address or offset exceeds 64 bits");
  return *result;
}

uint64_t section_table_size(const Header& header) {
  return raw(header.e_shoff) == 0 ? 0 : header.e_shnum * header.e_shentsize;
}

bool in_own_segment(const FileFacts& facts, uint64_t offset, uint64_t size) {
  const std::vector<Segment>& segments = facts.file.segments();
  for (size_t i = 0; i < segments.size(); ++i)
    if (facts.own.has(i) && offset >= raw(segments[i].p_offset) &&
        offset + size <= raw(segments[i].p_offset) + segments[i].p_filesz)
      return true;
  return false;
}

FileEnds find_file_ends(const FileFacts& facts, uint64_t page_size) {
  const ElfFile& file = facts.file;
  const Header& header = file.header();
  const uint64_t size = file.bytes().size();
  const uint64_t table_size = uint64_t{header.e_phnum} * header.e_phentsize;
  FileEnds ends;
  ends.page = page_size == 0 ? kSmallestPage : page_size;
  uint64_t whole_end = raw(header.e_phoff) + table_size;
  uint64_t other_end =
      in_own_segment(facts, raw(header.e_phoff), table_size) ? header_size(header) : whole_end;
  const auto note = [&](uint64_t offset, uint64_t length) {
    if (length == 0) return;
    const uint64_t end = std::min(add(offset, length), size);
    whole_end = std::max(whole_end, end);
    if (!in_own_segment(facts, offset, length)) other_end = std::max(other_end, end);
  };
  for (size_t i = 0; i < file.segments().size(); ++i) {
    const Segment& segment = file.segments()[i];
    // PT_PHDR is the table, wherever it says that it lies.
    if (segment.p_type != PT_PHDR) note(raw(segment.p_offset), segment.p_filesz);
    if (segment.p_type != PT_LOAD) continue;
    if (page_size == 0) ends.page = std::max(ends.page, segment.p_align);
    if (!facts.own.has(i))
      ends.address_end = std::max(ends.address_end, add(raw(segment.p_vaddr), segment.p_memsz));
  }
  if (!is_power_of_two(ends.page))
    throw Error(ErrorCode::kCorrupt,
                fmt::format("PT_LOAD alignment {:#x} is no power of two", ends.page));
  // One that the file does not hold whole says nothing of where the file ends.
  for (const Section& section : facts.sections)
    if (section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL &&
        file.bytes().contains(raw(section.sh_offset), section.sh_size))
      note(raw(section.sh_offset), section.sh_size);
  ends.address_end = std::max(ends.address_end, relocated_end(facts, ends.address_end));

  const uint64_t before_sections = other_end;
  const uint64_t sections_size = section_table_size(header);
  note(raw(header.e_shoff), sections_size);
  ends.payload_offset = whole_end;
  ends.payload_size = size - whole_end;
  ends.sections_follow = ends.payload_size != 0 && sections_size != 0 &&
                         raw(header.e_shoff) + sections_size == whole_end;
  ends.sections_behind = is_behind_own_segments(facts, raw(header.e_shoff));
  const bool without_table = ends.sections_follow || ends.sections_behind;
  ends.start = align_up(without_table ? before_sections : other_end, kSegmentAlignment);
  return ends;
}

}  // namespace elfwheel::elf
