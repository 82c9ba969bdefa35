// Taking symbols and debugging information out of a finished file, and keeping them in a file of
// their own.
//
// What goes is what binutils' strip takes: sections that no segment loads. No loaded byte changes
// and no address does; the section header table is written anew. Pure: no file is touched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

enum class StripLevel {
  kDebug,     // debugging information (strip -g)
  kUnneeded,  // and every symbol that no relocation needs (strip --strip-unneeded)
  kAll,       // and all symbols, with the relocations that a linker left for others (strip -s)
};

// The section .gnu_debuglink: where a debugger finds what was stripped, beside the file or in its
// directories, if the file has no build id (gdb's manual, "Separate Debug Files").
struct DebugLink {
  std::string file_name;  // without directory
  uint32_t crc32 = 0;     // of that file's content, as in zip and PNG
};

// Bytes of the sections that strip would take; 0 where there is nothing to do, for a file without
// section headers among others. Errors as strip().
uint64_t strippable_bytes(const ElfFile& file, StripLevel level);

// The file without those sections, and with `link`, in place of one that it has; empty where
// there is nothing to take. What stands behind the ELF file (an archive, a payload) stays its end;
// a segment that an edit appended behind symbols moves up in the file, not in memory.
// Errors: kUnsupported for what is no finished file (ET_REL, ET_CORE) or is the debugging
// information of one, and for section groups, static relocations that kDebug and kUnneeded would
// have to rewrite, more symbols' sections than 65279; kCorrupt, kTruncated for a section table that
// contradicts itself.
std::vector<std::byte> strip(const ElfFile& file, StripLevel level,
                             const std::optional<DebugLink>& link = std::nullopt);

// What strip takes, for debuggers: every section header, the content of those that are not loaded
// and of notes, the program headers; as `objcopy --only-keep-debug`. Errors as strip().
std::vector<std::byte> keep_debug(const ElfFile& file);

}  // namespace elfwheel::elf
