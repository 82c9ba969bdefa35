// What a set of ELF files asks of the system: the input of evaluate().
//
// A graph of objects: the files that are judged and the outside libraries that they reach. It is a
// plain value that says nothing of how the files are packed nor how a library was found.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "elfwheel/elf/libc.h"
#include "elfwheel/policy/isa_level.h"
#include "elfwheel/policy/policy.h"

namespace elfwheel::policy {

using ObjectIndex = size_t;  // into Requirements::objects

// One version wanted of one library (one entry of .gnu.version_r).
struct VersionUse {
  std::string library;                 // as in DT_NEEDED, e.g. "libc.so.6"
  std::string version;                 // e.g. "GLIBC_2.34"
  std::vector<std::string> symbols{};  // that want it, sorted; empty when not known
};

struct Need {
  std::string name;                   // as in DT_NEEDED
  std::optional<ObjectIndex> object;  // nothing when the library was not found or looked for
  // The library shall be copied in, whatever a policy allows by that name.
  bool wanted = false;
};

struct Object {
  // What verdicts call it: the path inside the package, or an outside library's real path.
  std::string name;
  // Part of what is judged, or a library outside that a policy may want copied in.
  bool inside = true;
  // Judged for itself: set for Python extensions, and for inside files whose file name no inside
  // file needs. What only an inside cycle reaches becomes a root by itself. Only roots' own symbols
  // are held against the bans, and only roots' and outside libraries' ISA levels count
  // (auditwheel, wheel_abi.get_wheel_elfdata, _get_machine_policy). Ignored for outside objects.
  bool root = false;
  // DT_NEEDED in order, without names that the user excluded. libpython is listed, with no object:
  // it is not followed, as a repair removes it.
  std::vector<Need> needed{};
  std::vector<VersionUse> version_uses{};
  // Names of undefined dynamic symbols that are not weak; is_ever_banned ones are enough. Unused
  // for outside objects and for inside ones that are not roots.
  std::vector<std::string> undefined{};
  IsaLevel isa = IsaLevel::kBaseline;  // leave it there to switch the check off
  // An outside library that shall be copied in although nothing need reach it.
  bool wanted = false;
};

struct Requirements {
  std::string architecture;  // as elf::wheel_architecture
  elf::Libc libc = elf::Libc::kUnknown;
  // Of an Android wheel its tag, which no file can tell.
  std::optional<AndroidTag> android{};
  std::vector<Object> objects{};
  // Python extensions for a narrow-unicode Python 2 (undefined PyUnicodeUCS2_*), and those that use
  // fpectl (undefined PyFPE_jbuf, PyFPE_dummy, PyFPE_counter): names as in Object::name.
  std::vector<std::string> ucs2_files{};
  std::vector<std::string> pyfpe_files{};
};

}  // namespace elfwheel::policy
