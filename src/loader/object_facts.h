// What the loader rules need to know of one ELF file, without the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "elfwheel/elf/elf_file.h"
#include "elfwheel/elf/libc.h"
#include "loader/machine_defaults.h"

namespace elfwheel::loader {

// The versions that a file wants of one other: DT_VERNEED without those that may be missing
// (VER_FLG_WEAK).
struct WantedVersions {
  std::string file;
  std::vector<std::string> versions;
};

struct ObjectFacts {
  elf::Header header;
  elf::Libc libc = elf::Libc::kUnknown;
  std::string architecture;         // as elf::wheel_architecture
  bool has_load = false;            // PT_LOAD
  bool has_misplaced_load = false;  // one that no page of the file can be mapped for
  bool has_dynamic = false;         // PT_DYNAMIC
  uint64_t flags_1 = 0;
  std::optional<std::string> soname, interp, rpath, runpath;  // as written
  std::optional<std::string> audit, depaudit;                 // DT_AUDIT, DT_DEPAUDIT
  // DT_NEEDED, DT_FILTER and DT_AUXILIARY in the order of the dynamic section.
  std::vector<std::pair<uint64_t, std::string>> needs;

  std::vector<WantedVersions> wanted_versions;
  // DT_VERDEF; nothing without one: then every version that is wanted of the file counts as there.
  std::optional<std::vector<std::string>> defined_versions;

  MachineKind kind() const { return {header.elf_class, header.byte_order, header.e_machine}; }
};

// Errors: kTruncated for a string outside DT_STRTAB. Version tables that cannot be read count as
// none: what the loader does with such a file is no question of versions.
ObjectFacts read_object_facts(const elf::ElfFile& file);

}  // namespace elfwheel::loader
