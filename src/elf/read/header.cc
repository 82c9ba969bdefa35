// The ELF header (gABI chapter 4) and its escape values.

#include <fmt/format.h>

#include "elf/read/parse_headers.h"
#include "elf/read/raw.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

using raw_layout::Ehdr;
using raw_layout::Shdr;

// A count that does not fit its 16-bit field stands in section header 0.
template <class E>
void resolve_escapes(Bytes bytes, const Ehdr<E>& ehdr, Header& header) {
  const bool phnum_escaped = ehdr.e_phnum == PN_XNUM;
  const bool shnum_escaped = ehdr.e_shnum == 0 && raw(header.e_shoff) != 0;
  const bool shstrndx_escaped = ehdr.e_shstrndx == SHN_XINDEX;
  if (!phnum_escaped && !shnum_escaped && !shstrndx_escaped) return;
  // A stale e_shoff with e_shnum 0 is how some tools drop the table: then there are no sections.
  if (!phnum_escaped &&
      (raw(header.e_shoff) == 0 || !bytes.contains(raw(header.e_shoff), sizeof(Shdr<E>)))) {
    header.e_shnum = 0;
    header.e_shstrndx = SHN_UNDEF;
    return;
  }
  if (raw(header.e_shoff) == 0)
    throw Error(ErrorCode::kCorrupt, "e_phnum is PN_XNUM, but there is no section header 0");
  const auto first = bytes.read<Shdr<E>>(raw(header.e_shoff), "section header 0");
  if (phnum_escaped) header.e_phnum = first.sh_info;
  if (shnum_escaped) header.e_shnum = first.sh_size;
  if (shstrndx_escaped) header.e_shstrndx = first.sh_link;
}

template <class E>
Header parse_as(Bytes bytes) {
  const auto ehdr = bytes.read<Ehdr<E>>(0, "ELF header");
  Header header;
  header.elf_class = E::kIs64 ? ElfClass::kElf64 : ElfClass::kElf32;
  header.byte_order = static_cast<ByteOrder>(ehdr.e_ident[raw_layout::kIdentData]);
  header.os_abi = ehdr.e_ident[raw_layout::kIdentOsAbi];
  header.abi_version = ehdr.e_ident[raw_layout::kIdentAbiVersion];
  header.e_type = ehdr.e_type;
  header.e_machine = ehdr.e_machine;
  header.e_version = ehdr.e_version;
  header.e_entry = Vaddr{uint64_t{ehdr.e_entry}};
  header.e_phoff = FileOffset{uint64_t{ehdr.e_phoff}};
  header.e_shoff = FileOffset{uint64_t{ehdr.e_shoff}};
  header.e_flags = ehdr.e_flags;
  header.e_ehsize = ehdr.e_ehsize;
  header.e_phentsize = ehdr.e_phentsize;
  header.e_phnum = ehdr.e_phnum;
  header.e_shentsize = ehdr.e_shentsize;
  header.e_shnum = ehdr.e_shnum;
  header.e_shstrndx = ehdr.e_shstrndx;
  resolve_escapes<E>(bytes, ehdr, header);
  return header;
}

}  // namespace

bool ElfFile::has_magic(Bytes bytes) {
  return bytes.contains(0, sizeof raw_layout::kMagic) &&
         std::memcmp(bytes.data(), raw_layout::kMagic, sizeof raw_layout::kMagic) == 0;
}

Header parse_header(Bytes bytes) {
  if (!ElfFile::has_magic(bytes)) throw Error(ErrorCode::kCorrupt, "not an ELF file");
  const Bytes ident = bytes.sub(0, raw_layout::kIdentSize, "ELF identification");
  const auto elf_class = static_cast<uint8_t>(ident.data()[raw_layout::kIdentClass]);
  const auto order = static_cast<uint8_t>(ident.data()[raw_layout::kIdentData]);
  const auto version = static_cast<uint8_t>(ident.data()[raw_layout::kIdentVersion]);
  if (elf_class != 1 && elf_class != 2)
    throw Error(ErrorCode::kUnsupported,
                fmt::format("EI_CLASS {} is neither 32 nor 64 bit", elf_class));
  if (order != 1 && order != 2)
    throw Error(ErrorCode::kUnsupported, fmt::format("EI_DATA {} is no known byte order", order));
  if (version != 1)
    throw Error(ErrorCode::kUnsupported, fmt::format("EI_VERSION {} is not 1", version));
  return dispatch(static_cast<ElfClass>(elf_class), static_cast<ByteOrder>(order),
                  [&](auto kind) { return parse_as<decltype(kind)>(bytes); });
}

}  // namespace elfwheel::elf
