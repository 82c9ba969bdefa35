// Small ELF files made in code, saying only what a test is about.
//
// What comes out is a real shared object (or program): one PT_LOAD with everything, PT_DYNAMIC,
// PT_GNU_STACK, DT_HASH over one empty symbol, so that glibc's and musl's loaders map it too. No
// section headers. All four of ELF32/ELF64 and little/big endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::test {

// Every member has an initializer, so that a test may name the ones it is about and no others.
struct ElfSpec {
  std::optional<std::string> soname = {};
  std::vector<std::string> needed = {};
  std::optional<std::string> rpath = {};
  std::optional<std::string> runpath = {};
  // Set for a program.
  std::optional<std::string> interp = {};

  // More entries that hold a string, in order, behind the ones above: {elf::DT_FILTER, "libx.so"}.
  std::vector<std::pair<uint64_t, std::string>> strings = {};
  // More entries as they are, behind those: {elf::DT_FLAGS_1, elf::DF_1_NODEFLIB}.
  std::vector<elf::DynEntry> entries = {};
  // Entries DT_NULL behind the one that ends the array.
  size_t spare_entries = 0;

  elf::ElfClass elf_class = elf::ElfClass::kElf64;
  elf::ByteOrder byte_order = elf::ByteOrder::kLittle;
  uint16_t machine = elf::EM_X86_64;
  uint16_t type = elf::ET_DYN;
  uint8_t os_abi = 0;
  uint8_t abi_version = 0;
  uint32_t e_flags = 0;
  // Bytes of filler at the end of the segment; makes two files with equal facts differ.
  std::string payload = {};
  // A PT_NOTE lies over the filler.
  bool payload_is_notes = false;
};

std::vector<std::byte> build_elf(const ElfSpec& spec);

}  // namespace elfwheel::test
