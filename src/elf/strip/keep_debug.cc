// What strip takes, in a file of its own that debuggers take for one with the stripped file: the
// same section headers under the same numbers, program headers with the same addresses.
#include <algorithm>

#include "base/checked_math.h"
#include "elf/read/parse_headers.h"
#include "elf/strip/header_tables.h"
#include "elf/strip/strip_plan.h"
#include "elf/write/file_ends.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/strip.h"

namespace elfwheel::elf {
namespace {

constexpr uint64_t kMostAlignment = 64;  // of what is not mapped; more is no honest wish

// Notes stay: the build id is one.
bool keeps_content(const Section& section) {
  if (!has_content(section)) return false;
  return (section.sh_flags & SHF_ALLOC) == 0 || section.sh_type == SHT_NOTE;
}

// Nothing of a segment's content is there but headers and notes.
void empty_segments(const Header& header, FileOffset phoff, std::vector<Segment>& segments) {
  for (Segment& segment : segments) {
    if (segment.p_type == PT_PHDR) {
      segment.p_offset = phoff;
      segment.p_filesz = uint64_t{header.e_phnum} * header.e_phentsize;
      continue;
    }
    // What the gABI asks of address and offset still holds.
    const uint64_t alignment = std::max<uint64_t>(segment.p_align, 1);
    segment.p_offset = FileOffset{raw(segment.p_offset) % alignment};
    segment.p_filesz = 0;
  }
}

// A PT_NOTE that begins with the note section which is now at `offset`; `old` is as it was.
void place_notes(const Section& section, uint64_t offset, const std::vector<Segment>& old,
                 std::vector<Segment>& segments) {
  for (size_t i = 0; i < segments.size(); ++i) {
    if (old[i].p_type == PT_LOAD || old[i].p_vaddr != section.sh_addr) continue;
    segments[i].p_offset = FileOffset{offset};
    segments[i].p_filesz = section.sh_size;
  }
}

}  // namespace

std::vector<std::byte> keep_debug(const ElfFile& file) {
  HeaderTables tables;
  tables.sections = file.sections();
  if (tables.sections.empty())
    throw Error(ErrorCode::kUnsupported, "it has no section headers, and so nothing to strip");
  check_strippable(file, tables.sections);
  tables.segments = file.segments();
  tables.shstrndx = file.header().e_shstrndx;
  const Header& header = file.header();
  tables.phoff = FileOffset{header_size(header)};
  empty_segments(header, tables.phoff, tables.segments);

  std::vector<std::byte> image(raw(tables.phoff) + uint64_t{header.e_phnum} * header.e_phentsize);
  uint64_t kept = 0;
  for (Section& section : tables.sections) {
    if (section.sh_type == SHT_NULL) continue;
    if (!keeps_content(section)) {
      if ((section.sh_flags & SHF_ALLOC) != 0) section.sh_type = SHT_NOBITS;
      section.sh_offset = FileOffset{image.size()};
      continue;
    }
    const Bytes content =
        file.bytes().sub(raw(section.sh_offset), section.sh_size, "section " + section.name);
    kept += content.size();
    if (kept > file.bytes().size())
      throw Error(ErrorCode::kCorrupt, "sections overlap in the file");
    if (is_power_of_two(section.sh_addralign))
      image.resize(align_up(image.size(), std::min(section.sh_addralign, kMostAlignment)));
    if ((section.sh_flags & SHF_ALLOC) != 0)
      place_notes(section, image.size(), file.segments(), tables.segments);
    section.sh_offset = FileOffset{image.size()};
    image.insert(image.end(), content.data(), content.data() + content.size());
  }
  image.resize(align_up(image.size(), file.is_64() ? 8 : 4));
  tables.shoff = FileOffset{image.size()};
  image.resize(image.size() + tables.sections.size() * section_entry_size(header));
  write_header_tables(file, std::move(tables), image);
  return image;
}

}  // namespace elfwheel::elf
