#include "elf/strip/header_tables.h"

#include <cstring>

#include "elf/read/raw.h"
#include "elf/read/table_at.h"
#include "elf/write/encode_segment.h"

namespace elfwheel::elf {
namespace {

using namespace raw_layout;

template <class E>
class TableEncoder {
 public:
  TableEncoder(const ElfFile& old, HeaderTables& tables, std::vector<std::byte>& image)
      : old_(old), tables_(tables), image_(image) {}

  void encode() {
    auto ehdr = old_.bytes().read<Ehdr<E>>(0, "ELF header");
    ehdr.e_phoff = native(tables_.segments.empty() ? 0 : raw(tables_.phoff));
    ehdr.e_shoff = native(raw(tables_.shoff));
    ehdr.e_shentsize = static_cast<uint16_t>(sizeof(Shdr<E>));
    number_sections(ehdr);
    for (size_t i = 0; i < tables_.segments.size(); ++i)
      write(raw(tables_.phoff) + i * old_.header().e_phentsize,
            encode_segment<E>(tables_.segments[i]));
    for (size_t i = 0; i < tables_.sections.size(); ++i)
      write(raw(tables_.shoff) + i * sizeof(Shdr<E>), encoded(tables_.sections[i]));
    // Last: where a table lies over it, the file contradicts itself, and has to be seen to do so.
    write(0, ehdr);
  }

 private:
  using Native = typename E::NativeWord;
  static Native native(uint64_t value) { return static_cast<Native>(value); }

  template <class T>
  void write(uint64_t offset, const T& value) {
    std::memcpy(image_.data() + offset, &value, sizeof value);
  }

  void number_sections(Ehdr<E>& ehdr) {
    const uint64_t count = tables_.sections.size();
    Section& first = tables_.sections[0];
    first.sh_size = count >= SHN_LORESERVE ? count : 0;
    ehdr.e_shnum = static_cast<uint16_t>(count >= SHN_LORESERVE ? 0 : count);
    first.sh_link = tables_.shstrndx >= SHN_LORESERVE ? tables_.shstrndx : 0;
    ehdr.e_shstrndx = static_cast<uint16_t>(tables_.shstrndx >= SHN_LORESERVE ? uint32_t{SHN_XINDEX}
                                                                              : tables_.shstrndx);
  }

  static Shdr<E> encoded(const Section& section) {
    Shdr<E> shdr;
    shdr.sh_name = section.sh_name;
    shdr.sh_type = section.sh_type;
    shdr.sh_flags = native(section.sh_flags);
    shdr.sh_addr = native(raw(section.sh_addr));
    shdr.sh_offset = native(raw(section.sh_offset));
    shdr.sh_size = native(section.sh_size);
    shdr.sh_link = section.sh_link;
    shdr.sh_info = section.sh_info;
    shdr.sh_addralign = native(section.sh_addralign);
    shdr.sh_entsize = native(section.sh_entsize);
    return shdr;
  }

  const ElfFile& old_;
  HeaderTables& tables_;
  std::vector<std::byte>& image_;
};

}  // namespace

void write_header_tables(const ElfFile& old, HeaderTables tables, std::vector<std::byte>& image) {
  dispatch_on(old, [&](auto kind) { TableEncoder<decltype(kind)>(old, tables, image).encode(); });
}

}  // namespace elfwheel::elf
