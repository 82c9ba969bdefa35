// On-disk structures, field for field as the gABI and the LSB print them. Never leave elf/read and
// elf/write.
#pragma once

#include <cstdint>

#include "elf/read/elf_class.h"

namespace elfwheel::elf::raw_layout {

inline constexpr unsigned char kMagic[4] = {0x7f, 'E', 'L', 'F'};
inline constexpr size_t kIdentSize = 16;
inline constexpr size_t kIdentClass = 4;
inline constexpr size_t kIdentData = 5;
inline constexpr size_t kIdentVersion = 6;
inline constexpr size_t kIdentOsAbi = 7;
inline constexpr size_t kIdentAbiVersion = 8;

template <class E>
struct Ehdr {
  unsigned char e_ident[kIdentSize];
  typename E::Half e_type;
  typename E::Half e_machine;
  typename E::Word e_version;
  typename E::Addr e_entry;
  typename E::Addr e_phoff;
  typename E::Addr e_shoff;
  typename E::Word e_flags;
  typename E::Half e_ehsize;
  typename E::Half e_phentsize;
  typename E::Half e_phnum;
  typename E::Half e_shentsize;
  typename E::Half e_shnum;
  typename E::Half e_shstrndx;
};
static_assert(sizeof(Ehdr<Elf64Le>) == 64 && sizeof(Ehdr<Elf32Le>) == 52);

// p_flags stands second in the 64-bit form, seventh in the 32-bit one.
template <class E, bool kIs64 = E::kIs64>
struct Phdr;
template <class E>
struct Phdr<E, true> {
  typename E::Word p_type;
  typename E::Word p_flags;
  typename E::Addr p_offset;
  typename E::Addr p_vaddr;
  typename E::Addr p_paddr;
  typename E::Addr p_filesz;
  typename E::Addr p_memsz;
  typename E::Addr p_align;
};
template <class E>
struct Phdr<E, false> {
  typename E::Word p_type;
  typename E::Addr p_offset;
  typename E::Addr p_vaddr;
  typename E::Addr p_paddr;
  typename E::Addr p_filesz;
  typename E::Addr p_memsz;
  typename E::Word p_flags;
  typename E::Addr p_align;
};
static_assert(sizeof(Phdr<Elf64Le>) == 56 && sizeof(Phdr<Elf32Le>) == 32);

template <class E>
struct Shdr {
  typename E::Word sh_name;
  typename E::Word sh_type;
  typename E::Addr sh_flags;
  typename E::Addr sh_addr;
  typename E::Addr sh_offset;
  typename E::Addr sh_size;
  typename E::Word sh_link;
  typename E::Word sh_info;
  typename E::Addr sh_addralign;
  typename E::Addr sh_entsize;
};
static_assert(sizeof(Shdr<Elf64Le>) == 64 && sizeof(Shdr<Elf32Le>) == 40);

template <class E>
struct Dyn {
  typename E::Addr d_tag;
  typename E::Addr d_val;
};
static_assert(sizeof(Dyn<Elf64Le>) == 16 && sizeof(Dyn<Elf32Le>) == 8);

template <class E, bool kIs64 = E::kIs64>
struct Sym;
template <class E>
struct Sym<E, true> {
  typename E::Word st_name;
  unsigned char st_info;
  unsigned char st_other;
  typename E::Half st_shndx;
  typename E::Addr st_value;
  typename E::Addr st_size;
};
template <class E>
struct Sym<E, false> {
  typename E::Word st_name;
  typename E::Addr st_value;
  typename E::Addr st_size;
  unsigned char st_info;
  unsigned char st_other;
  typename E::Half st_shndx;
};
static_assert(sizeof(Sym<Elf64Le>) == 24 && sizeof(Sym<Elf32Le>) == 16);

template <class E>
struct Verneed {
  typename E::Half vn_version;
  typename E::Half vn_cnt;
  typename E::Word vn_file;
  typename E::Word vn_aux;
  typename E::Word vn_next;
};
template <class E>
struct Vernaux {
  typename E::Word vna_hash;
  typename E::Half vna_flags;
  typename E::Half vna_other;
  typename E::Word vna_name;
  typename E::Word vna_next;
};
template <class E>
struct Verdef {
  typename E::Half vd_version;
  typename E::Half vd_flags;
  typename E::Half vd_ndx;
  typename E::Half vd_cnt;
  typename E::Word vd_hash;
  typename E::Word vd_aux;
  typename E::Word vd_next;
};
template <class E>
struct Verdaux {
  typename E::Word vda_name;
  typename E::Word vda_next;
};
static_assert(sizeof(Verneed<Elf64Le>) == 16 && sizeof(Vernaux<Elf64Le>) == 16);
static_assert(sizeof(Verdef<Elf64Le>) == 20 && sizeof(Verdaux<Elf64Le>) == 8);

template <class E>
struct Nhdr {
  typename E::Word n_namesz;
  typename E::Word n_descsz;
  typename E::Word n_type;
};
static_assert(sizeof(Nhdr<Elf64Le>) == 12);

}  // namespace elfwheel::elf::raw_layout
