#include "elf/write/new_section.h"

#include <string>

namespace elfwheel::elf {

std::optional<NewSection> plan_new_section(const FileFacts& facts, uint64_t end) {
  const Header& header = facts.file.header();
  const std::vector<Section>& sections = facts.sections;
  if (header.e_shstrndx == 0 || header.e_shstrndx >= sections.size()) return std::nullopt;
  const Section& table = sections[header.e_shstrndx];
  // A name table that is loaded, or is the symbols' as well, is not this program's to move.
  const bool alone = table.sh_type == SHT_STRTAB && (table.sh_flags & SHF_ALLOC) == 0;
  for (const Section& section : sections)
    if (!alone || section.sh_link == header.e_shstrndx) return std::nullopt;
  const Bytes bytes = facts.file.bytes().sub(raw(table.sh_offset), table.sh_size, "section names");

  NewSection result;
  result.index = sections.size();
  for (size_t i = sections.size() - 1; i > 0; --i)
    if (sections[i].sh_type == SHT_NULL && sections[i].sh_size == 0) result.index = i;
  // The number of sections stands in 16 bits of the header here.
  if (result.index >= SHN_LORESERVE - 1) return std::nullopt;

  const std::string name = std::string(kCacheNoteSection) + '\0';
  const size_t found = bytes.text().find('\0' + name);
  if (found != std::string_view::npos) {
    result.sh_name = found + 1;
    return result;
  }
  result.sh_name = bytes.size();
  result.names_offset = FileOffset{end};
  std::string names(bytes.text());
  names += name;
  const Bytes view{std::string_view(names)};
  result.names.assign(view.data(), view.data() + view.size());
  return result;
}

}  // namespace elfwheel::elf
