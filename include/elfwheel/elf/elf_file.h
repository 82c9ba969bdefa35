// An ELF file as the dynamic loader sees it: header, program headers, dynamic section.
//
// Parsing reads the header, the program header table and the dynamic section, no more: a 500 MB
// library costs what a 20 KB one costs. Program headers are the truth; section headers may be
// absent or lie and are read on request (sections()). All four of ELF32/ELF64 and little/big
// endian come out as the same wide native values. Source: System V gABI chapters 4 and 5.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/base/bytes.h"
#include "elfwheel/elf/constants.h"

namespace elfwheel::elf {

// An offset is not an address; only AddressMap converts.
enum class FileOffset : uint64_t {};
enum class Vaddr : uint64_t {};
constexpr uint64_t raw(FileOffset offset) { return static_cast<uint64_t>(offset); }
constexpr uint64_t raw(Vaddr address) { return static_cast<uint64_t>(address); }

struct Header {
  ElfClass elf_class = ElfClass::kElf64;
  ByteOrder byte_order = ByteOrder::kLittle;
  uint8_t os_abi = 0;
  uint8_t abi_version = 0;
  uint16_t e_type = ET_NONE;
  uint16_t e_machine = EM_NONE;
  uint32_t e_version = 1;
  Vaddr e_entry{};
  FileOffset e_phoff{};
  FileOffset e_shoff{};
  uint32_t e_flags = 0;
  uint16_t e_ehsize = 0;
  uint16_t e_phentsize = 0;
  uint32_t e_phnum = 0;  // PN_XNUM resolved
  uint16_t e_shentsize = 0;
  uint64_t e_shnum = 0;     // 0 with e_shoff != 0 resolved from section 0
  uint32_t e_shstrndx = 0;  // SHN_XINDEX resolved
};

struct Segment {
  uint32_t p_type = PT_NULL;
  uint32_t p_flags = 0;
  FileOffset p_offset{};
  Vaddr p_vaddr{};
  uint64_t p_paddr = 0;
  uint64_t p_filesz = 0;
  uint64_t p_memsz = 0;
  uint64_t p_align = 0;
};

struct Section {
  std::string name;  // empty when the name table is unreadable
  uint32_t sh_name = 0;
  uint32_t sh_type = SHT_NULL;
  uint64_t sh_flags = 0;
  Vaddr sh_addr{};
  FileOffset sh_offset{};
  uint64_t sh_size = 0;
  uint32_t sh_link = 0;
  uint32_t sh_info = 0;
  uint64_t sh_addralign = 0;
  uint64_t sh_entsize = 0;
};

struct DynEntry {
  uint64_t tag = DT_NULL;
  uint64_t value = 0;
  friend bool operator==(const DynEntry&, const DynEntry&) = default;
};

// Where addresses lie in the file, by the PT_LOAD segments.
class AddressMap {
 public:
  AddressMap() = default;
  explicit AddressMap(const std::vector<Segment>& segments);

  // The file offset of `address`, or nothing when no PT_LOAD has file bytes for it.
  std::optional<FileOffset> find_offset(Vaddr address) const;
  // As find_offset, for a range of `size` bytes that must lie in one segment's file bytes.
  std::optional<FileOffset> find_offset(Vaddr address, uint64_t size) const;
  // Bytes from `address` to the end of its segment's file bytes; 0 outside.
  uint64_t available_from(Vaddr address) const;

 private:
  std::vector<Segment> loads_;
};

class ElfFile {
 public:
  // Parses `bytes`, which must outlive the result and every view it returns.
  // Errors: kCorrupt "not an ELF file" and inconsistent headers, kTruncated for a table or string
  // outside the file, kUnsupported for unknown classes and byte orders, kLimit.
  static ElfFile parse(Bytes bytes);

  // True when the bytes begin with the ELF magic number.
  static bool has_magic(Bytes bytes);

  Bytes bytes() const { return bytes_; }
  const Header& header() const { return header_; }
  const std::vector<Segment>& segments() const { return segments_; }
  const AddressMap& addresses() const { return addresses_; }
  bool is_64() const { return header_.elf_class == ElfClass::kElf64; }

  // The first segment of `type`, or null.
  const Segment* find_segment(uint32_t type) const;

  // PT_INTERP without its NUL, or nothing.
  std::optional<std::string_view> interp() const { return interp_; }

  // Whether there is a PT_DYNAMIC; without one the accessors below are empty.
  bool has_dynamic() const { return dynamic_segment_.has_value(); }
  // The dynamic array in order, up to and without the first DT_NULL.
  const std::vector<DynEntry>& dynamic() const { return dynamic_; }
  // Where the array lies and how many entries of any kind fit (DT_NULLs included).
  FileOffset dynamic_offset() const;
  Vaddr dynamic_address() const;
  uint64_t dynamic_capacity() const { return dynamic_capacity_; }
  // Value of the last entry with `tag` (the one that counts for the loader), or nothing.
  std::optional<uint64_t> find_dynamic(uint64_t tag) const;

  // DT_STRTAB's bytes (DT_STRSZ long, cut to what the file has); empty without one.
  Bytes dynamic_strings() const { return strings_; }
  // The string at `offset` of DT_STRTAB; errors kTruncated.
  std::string_view dynamic_string(uint64_t offset) const;

  // DT_NEEDED in order, duplicates included, as written. Filters and auxiliaries likewise.
  std::vector<std::string_view> needed() const { return strings_of(DT_NEEDED); }
  std::vector<std::string_view> strings_of(uint64_t tag) const;
  // The last DT_SONAME, DT_RPATH, DT_RUNPATH as written; tokens not expanded.
  std::optional<std::string_view> soname() const { return string_of(DT_SONAME); }
  std::optional<std::string_view> rpath() const { return string_of(DT_RPATH); }
  std::optional<std::string_view> runpath() const { return string_of(DT_RUNPATH); }
  std::optional<std::string_view> string_of(uint64_t tag) const;

  // The section header table; empty when there is none. Throws when it is malformed.
  std::vector<Section> sections() const;

 private:
  Bytes bytes_;
  Header header_;
  std::vector<Segment> segments_;
  AddressMap addresses_;
  std::optional<std::string_view> interp_;
  std::optional<Segment> dynamic_segment_;
  std::vector<DynEntry> dynamic_;
  uint64_t dynamic_capacity_ = 0;
  Bytes strings_;
};

// The wheel platform's name of the file's architecture: "x86_64", "i686", "aarch64", "armv7l",
// "ppc64le", "ppc64", "s390x", "riscv64", "loongarch64"; otherwise "" (a machine no wheel
// tag exists for). Source: PEP 600, PEP 656 and packaging.tags.
std::string wheel_architecture(const Header& header);

}  // namespace elfwheel::elf
