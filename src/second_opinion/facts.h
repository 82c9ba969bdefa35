// What a reader says of an ELF file: the same plain values from LIEF and from elfwheel, so that
// they can be held against one another.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::second_opinion {

struct HeaderFact {
  uint64_t type = 0, machine = 0, entry = 0, flags = 0, os_abi = 0;
  friend bool operator==(const HeaderFact&, const HeaderFact&) = default;
};

struct SegmentFact {
  uint64_t type = 0, flags = 0, offset = 0, address = 0, file_size = 0, memory_size = 0, align = 0;
  uint64_t digest = 0;      // of the bytes of notes; 0 for other segments
  bool cache_note = false;  // begins with a note of the owner NixOS
  friend bool operator==(const SegmentFact&, const SegmentFact&) = default;
};

struct SectionFact {
  std::string name;
  uint64_t type = 0, flags = 0, address = 0, offset = 0, size = 0;
  uint64_t digest = 0;  // of the bytes of code; 0 for other sections
  friend bool operator==(const SectionFact&, const SectionFact&) = default;
};

struct SymbolFact {
  std::string name;
  std::string version;  // empty for local and global ones
  uint64_t value = 0, size = 0, info = 0, section = 0;
  friend bool operator==(const SymbolFact&, const SymbolFact&) = default;
};

struct Facts {
  HeaderFact header;
  std::optional<std::string> interpreter, soname, rpath, runpath;
  std::vector<std::string> needed;
  std::vector<elf::DynEntry> dynamic;  // without DT_NULL
  std::vector<SegmentFact> segments;
  std::vector<SectionFact> sections;       // empty also where the table cannot be read
  std::vector<SymbolFact> symbols;         // dynamic ones
  bool symbols_cut = false;                // only the first ones, as many as LIEF can count
  std::vector<std::string> version_needs;  // "GLIBC_2.2.5 of libc.so.6"
};

// Errors: as ElfFile::parse and read_dynamic_symbols.
Facts read_with_elfwheel(const elf::ElfFile& file);

// How LIEF finds out how many dynamic symbols there are. Each way fails for some files: without
// section headers, without a DT_HASH, without relocations.
enum class SymbolCount { kBySections, kByHash, kByRelocations };

// In a child process, with a time limit. Errors: kCorrupt when LIEF does not read it, crashes or
// takes too long; kIo when there can be no child.
Facts read_with_lief(Bytes bytes, SymbolCount count);
// With the way of counting that makes it read the symbols as `own` does, if there is one.
Facts read_with_lief(Bytes bytes, const Facts& own);

// What both sides put into `digest`.
inline uint64_t digest_of(std::string_view text) { return std::hash<std::string_view>()(text); }

inline bool wants_digest(const SegmentFact& segment) {
  return segment.type == elf::PT_NOTE || segment.type == elf::PT_GNU_PROPERTY;
}

// Behind the three words of a note's header stands its owner.
inline void set_digest(SegmentFact& segment, std::string_view content) {
  segment.digest = digest_of(content);
  segment.cache_note = content.size() > 12 && content.substr(12).starts_with("NixOS");
}

inline bool wants_digest(const SectionFact& section) {
  return (section.flags & elf::SHF_EXECINSTR) != 0 && section.type != elf::SHT_NOBITS;
}

}  // namespace elfwheel::second_opinion
