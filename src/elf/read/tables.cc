// Program headers, section headers and the dynamic array, from their on-disk to their native form.

#include "elf/read/parse_headers.h"
#include "elf/read/raw.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

template <class Visitor>
auto dispatch_on(const Header& header, Visitor&& visitor) {
  return dispatch(header.elf_class, header.byte_order, visitor);
}

template <class Raw>
Segment to_segment(const Raw& phdr) {
  return {phdr.p_type,
          phdr.p_flags,
          FileOffset{uint64_t{phdr.p_offset}},
          Vaddr{uint64_t{phdr.p_vaddr}},
          phdr.p_paddr,
          phdr.p_filesz,
          phdr.p_memsz,
          phdr.p_align};
}

template <class Raw>
Section to_section(const Raw& shdr) {
  Section section;
  section.sh_name = shdr.sh_name;
  section.sh_type = shdr.sh_type;
  section.sh_flags = shdr.sh_flags;
  section.sh_addr = Vaddr{uint64_t{shdr.sh_addr}};
  section.sh_offset = FileOffset{uint64_t{shdr.sh_offset}};
  section.sh_size = shdr.sh_size;
  section.sh_link = shdr.sh_link;
  section.sh_info = shdr.sh_info;
  section.sh_addralign = shdr.sh_addralign;
  section.sh_entsize = shdr.sh_entsize;
  return section;
}

// Names are decoration: an unreadable name table leaves them empty.
void name_sections(Bytes bytes, const Header& header, std::vector<Section>& sections) {
  if (header.e_shstrndx == SHN_UNDEF || header.e_shstrndx >= sections.size()) return;
  const Section& table = sections[header.e_shstrndx];
  if (table.sh_type == SHT_NOBITS || !bytes.contains(raw(table.sh_offset), table.sh_size)) return;
  const Bytes names = bytes.sub(raw(table.sh_offset), table.sh_size, "section name table");
  for (Section& section : sections) {
    if (section.sh_name >= names.size()) continue;
    const auto rest = names.text().substr(section.sh_name);
    section.name = std::string(rest.substr(0, rest.find('\0')));
  }
}

}  // namespace

std::vector<Segment> parse_segments(Bytes bytes, const Header& header) {
  if (header.e_phnum == 0) return {};
  return dispatch_on(header, [&](auto kind) {
    using Raw = raw_layout::Phdr<decltype(kind)>;
    const auto table = bytes.table<Raw>(raw(header.e_phoff), header.e_phnum, header.e_phentsize,
                                        "program header table");
    std::vector<Segment> segments;
    segments.reserve(header.e_phnum);
    for (const Raw& phdr : table) segments.push_back(to_segment(phdr));
    return segments;
  });
}

std::vector<Section> parse_sections(Bytes bytes, const Header& header) {
  if (raw(header.e_shoff) == 0 || header.e_shnum == 0) return {};
  auto sections = dispatch_on(header, [&](auto kind) {
    using Raw = raw_layout::Shdr<decltype(kind)>;
    std::vector<Section> result;
    for (const Raw& shdr : bytes.table<Raw>(raw(header.e_shoff), header.e_shnum, header.e_shentsize,
                                            "section header table"))
      result.push_back(to_section(shdr));
    return result;
  });
  name_sections(bytes, header, sections);
  return sections;
}

std::vector<DynEntry> parse_dynamic(Bytes bytes, const Header& header) {
  return dispatch_on(header, [&](auto kind) {
    using Raw = raw_layout::Dyn<decltype(kind)>;
    const uint64_t count = bytes.size() / sizeof(Raw);
    std::vector<DynEntry> entries;
    entries.reserve(count);
    for (const Raw& dyn : bytes.table<Raw>(0, count, sizeof(Raw), "dynamic section"))
      entries.push_back({dyn.d_tag, dyn.d_val});
    return entries;
  });
}

uint64_t dynamic_entry_size(const Header& header) {
  return dispatch_on(header,
                     [](auto kind) { return uint64_t{sizeof(raw_layout::Dyn<decltype(kind)>)}; });
}

uint64_t header_size(const Header& header) {
  return dispatch_on(header,
                     [](auto kind) { return uint64_t{sizeof(raw_layout::Ehdr<decltype(kind)>)}; });
}

uint64_t segment_entry_size(const Header& header) {
  return dispatch_on(header,
                     [](auto kind) { return uint64_t{sizeof(raw_layout::Phdr<decltype(kind)>)}; });
}

uint64_t section_entry_size(const Header& header) {
  return dispatch_on(header,
                     [](auto kind) { return uint64_t{sizeof(raw_layout::Shdr<decltype(kind)>)}; });
}

}  // namespace elfwheel::elf
