// The story of a strip: what goes, what is left of the section headers, where it all lies, bytes,
// and a look at the result.
#include "elfwheel/elf/strip.h"

#include <algorithm>
#include <span>

#include "elf/read/elf_class.h"
#include "elf/read/parse_headers.h"
#include "elf/read/table_at.h"
#include "elf/strip/check_stripped.h"
#include "elf/strip/header_tables.h"
#include "elf/strip/section_table.h"
#include "elf/strip/strip_layout.h"
#include "elf/strip/stripped_symbols.h"
#include "elf/write/file_ends.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

// gdb's manual, "Separate Debug Files": the name, zeros up to a multiple of four, the checksum in
// the file's byte order.
std::vector<std::byte> link_content(const ElfFile& file, const DebugLink& link) {
  std::string name = link.file_name + '\0';
  name.resize(align_up(name.size(), 4));
  const Bytes text{std::string_view(name)};
  std::vector<std::byte> content(text.data(), text.data() + text.size());
  dispatch_on(file, [&](auto kind) {
    typename decltype(kind)::Word crc;
    crc = link.crc32;
    const auto* const begin = reinterpret_cast<const std::byte*>(&crc);
    content.insert(content.end(), begin, begin + sizeof crc);
  });
  return content;
}

class Stripper {
 public:
  Stripper(const ElfFile& file, std::vector<Section> sections, StripPlan plan,
           const std::optional<DebugLink>& link)
      : file_(file),
        sections_(std::move(sections)),
        plan_(std::move(plan)),
        link_(link),
        numbers_(number_sections(sections_, plan_, link.has_value())),
        layout_(plan_strip_layout(file, sections_, plan_, numbers_.count)) {
    if (link_ && layout_.names_stay)
      throw Error(ErrorCode::kUnsupported, "its section names leave no room for .gnu_debuglink");
  }

  std::vector<std::byte> strip() {
    tables_.sections = renumbered(sections_, plan_, numbers_);
    tables_.segments = file_.segments();
    copy_kept();
    move_headers();
    renew_symbols();
    append_link();
    append_names();
    append_table();
    write_header_tables(file_, std::move(tables_), image_);
    return std::move(image_);
  }

 private:
  // The place of `size` bytes at the end of the image.
  uint64_t append(Bytes bytes, uint64_t alignment) {
    const uint64_t at = align_up(image_.size(), alignment);
    image_.resize(at);
    image_.insert(image_.end(), bytes.data(), bytes.data() + bytes.size());
    return at;
  }

  // Where `size` bytes are, for what is kept and changes.
  std::span<std::byte> part(FileOffset offset, uint64_t size) {
    if (!Bytes(image_).contains(raw(offset), size))
      throw Error(ErrorCode::kCorrupt, "sections overlap in the file");
    return std::span(image_).subspan(raw(offset), size);
  }

  void copy_kept() {
    const std::byte* const old = file_.bytes().data();
    image_.resize(layout_.end);
    std::copy(old, old + layout_.unmoved, image_.begin());
    for (const KeptRange& range : layout_.ranges)
      std::copy(old + range.from, old + range.from + range.size,
                image_.begin() + static_cast<ptrdiff_t>(range.to));
  }

  void move_headers() {
    for (size_t i = 0; i < sections_.size(); ++i)
      if (numbers_.new_index[i] && !plan_.taken[i])
        section(i).sh_offset = FileOffset{layout_.section_offsets[i]};
    for (size_t i = 0; i < tables_.segments.size(); ++i)
      tables_.segments[i].p_offset = FileOffset{layout_.segment_offsets[i]};
    // The header and what it leads to stay in place.
    tables_.phoff = file_.header().e_phoff;
    const uint32_t names = file_.header().e_shstrndx;
    if (names < sections_.size()) tables_.shstrndx = numbers_.new_index[names].value_or(0);
  }

  // The new header of old section `index`, which stays.
  Section& section(size_t index) { return tables_.sections[numbers_.new_index[index].value()]; }

  void renew_symbols() {
    for (size_t i = 1; i < sections_.size(); ++i) {
      if (plan_.taken[i] || sections_[i].sh_type != SHT_SYMTAB) continue;
      if ((sections_[i].sh_flags & SHF_ALLOC) != 0) continue;
      const StrippedSymbols symbols = strip_symbols(file_, sections_[i], plan_, numbers_);
      Section& table = section(i);
      const std::span<std::byte> room = part(table.sh_offset, table.sh_size);
      std::fill(room.begin(), room.end(), std::byte{0});
      std::copy(symbols.content.begin(), symbols.content.end(), room.begin());
      table.sh_size = symbols.content.size();
      table.sh_info = symbols.local_count;
    }
  }

  void append_link() {
    if (!link_) return;
    const std::vector<std::byte> content = link_content(file_, *link_);
    Section link;
    link.name = kDebugLinkSection;
    link.sh_type = SHT_PROGBITS;
    link.sh_offset = FileOffset{append(Bytes(content), 4)};
    link.sh_size = content.size();
    link.sh_addralign = 4;
    tables_.sections.push_back(std::move(link));
  }

  void append_names() {
    if (layout_.names_stay) return;
    const std::string names = name_sections(tables_.sections);
    Section& table = tables_.sections[tables_.shstrndx];
    table.sh_offset = FileOffset{append(Bytes(std::string_view(names)), 1)};
    table.sh_size = names.size();
  }

  // Self-mounting programs find their payload right behind the section header table.
  void append_table() {
    const uint64_t size = tables_.sections.size() * section_entry_size(file_.header());
    if (layout_.table_stays) {
      tables_.shoff = FileOffset{layout_.table_offset};
      const std::span<std::byte> room = part(tables_.shoff, section_table_size(file_.header()));
      std::fill(room.begin(), room.end(), std::byte{0});
    } else {
      const std::vector<std::byte> room(size);
      tables_.shoff = FileOffset{append(Bytes(room), file_.is_64() ? 8 : 4)};
    }
    append(file_.bytes().sub(layout_.payload_offset, layout_.payload_size, "appended data"), 1);
  }

  const ElfFile& file_;
  const std::vector<Section> sections_;
  const StripPlan plan_;
  const std::optional<DebugLink>& link_;
  const SectionNumbers numbers_;
  const StripLayout layout_;
  HeaderTables tables_;
  std::vector<std::byte> image_;
};

}  // namespace

uint64_t strippable_bytes(const ElfFile& file, StripLevel level) {
  return plan_strip(file, file.sections(), level).bytes;
}

std::vector<std::byte> strip(const ElfFile& file, StripLevel level,
                             const std::optional<DebugLink>& link) {
  std::vector<Section> sections = file.sections();
  StripPlan plan = plan_strip(file, sections, level);
  if (plan.empty()) return {};
  for (size_t i = 0; link && i < sections.size(); ++i)
    if (sections[i].name == kDebugLinkSection && (sections[i].sh_flags & SHF_ALLOC) == 0)
      plan.taken[i] = true;
  std::vector<std::byte> image = Stripper(file, std::move(sections), std::move(plan), link).strip();
  check_stripped(file, image);
  return image;
}

}  // namespace elfwheel::elf
