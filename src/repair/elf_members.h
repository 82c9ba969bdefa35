// The ELF files among a wheel's entries: found by their magic number, never by name; inflated,
// held against RECORD and parsed. What they need is audit.cc's matter.
//
// Not members, but noted: files of another architecture than the wheel's, `.debug` companions
// (their segments have no content), objects that no loader takes (ET_REL, ET_CORE).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elfwheel/elf/elf_file.h"
#include "elfwheel/wheel/wheel.h"

namespace elfwheel::repair {

// Move-only; `file` views `content`, whose bytes stay where they are when this is moved.
struct ElfMember {
  size_t entry = 0;  // index into Archive::entries()
  std::string path;
  wheel::EntryPlace place;
  std::string architecture;  // as elf::wheel_architecture
  bool is_program = false;
  wheel::Buffer content;
  elf::ElfFile file;
};

struct ElfMembers {
  std::string architecture;        // the wheel's; "" when nothing says it
  std::vector<ElfMember> members;  // loadable files of that architecture, in the archive's order
  // Entries that have the magic number and are no members, in the archive's order.
  std::vector<std::string> foreign;  // "PATH (aarch64)"
  std::vector<std::string> notes;    // one line each, for the user
  bool any_elf = false;              // some entry has the magic number
};

// Inflates and parses in `jobs` threads (0: one per processor). The wheel's architecture is that of
// its platform tags, else that of the first loadable ELF file.
// Errors: kCorrupt "ENTRY: ..." for content that RECORD contradicts, and what ElfFile::parse throws
// for a file that is meant to be loaded: its name has ".so", or it is executable. Others that can't
// be parsed are noted.
// Large contents are kept in `scratch` (wheel::Buffer::in_scratch).
ElfMembers find_elf_members(const wheel::Wheel& wheel, unsigned jobs, const std::string& scratch);

// True when the file has no code or data of its own: what `objcopy --only-keep-debug` leaves.
bool is_debug_companion(const elf::ElfFile& file);

// True when the kernel starts the file: ET_EXEC, or a PIE. `executable`: it has an x mode bit.
bool is_program(const elf::ElfFile& file, bool executable);

// libpython3.11.so.1.0, libpython3.13t.so, libpython2.7.so.1.0.
bool is_libpython(std::string_view needed_name);

}  // namespace elfwheel::repair
