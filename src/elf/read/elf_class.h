// The four kinds of ELF file (two classes, two byte orders) as template tags, and the one place
// that turns e_ident into one of them. Nothing above elf/read and elf/write is a template.
#pragma once

#include <bit>
#include <cstdint>

#include "base/packed_int.h"
#include "elfwheel/elf/constants.h"

namespace elfwheel::elf {

template <ElfClass kElfClass, std::endian kOrder>
struct ElfKind {
  static constexpr bool kIs64 = kElfClass == ElfClass::kElf64;
  using NativeWord = std::conditional_t<kIs64, uint64_t, uint32_t>;
  using Half = Packed<uint16_t, kOrder>;
  using Word = Packed<uint32_t, kOrder>;
  using Xword = Packed<uint64_t, kOrder>;
  using Addr = Packed<NativeWord, kOrder>;
};

using Elf32Le = ElfKind<ElfClass::kElf32, std::endian::little>;
using Elf32Be = ElfKind<ElfClass::kElf32, std::endian::big>;
using Elf64Le = ElfKind<ElfClass::kElf64, std::endian::little>;
using Elf64Be = ElfKind<ElfClass::kElf64, std::endian::big>;

// Calls `visitor` with a value of the tag type for this class and byte order.
template <class Visitor>
auto dispatch(ElfClass elf_class, ByteOrder order, Visitor&& visitor) {
  if (elf_class == ElfClass::kElf64)
    return order == ByteOrder::kLittle ? visitor(Elf64Le{}) : visitor(Elf64Be{});
  return order == ByteOrder::kLittle ? visitor(Elf32Le{}) : visitor(Elf32Be{});
}

}  // namespace elfwheel::elf
