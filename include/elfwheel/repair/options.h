// What a caller may wish of an audit or a repair. Plain values: the clock, the environment and the
// file system of the build machine are parameters, so the same options give the same answer.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/elf/edit.h"
#include "elfwheel/elf/strip.h"
#include "elfwheel/loader/environment.h"
#include "elfwheel/wheel/install_scheme.h"

namespace elfwheel::repair {

struct AuditOptions {
  // "auto", or a policy's name or alias with the architecture (policy::parse_platform).
  std::string platform = "auto";
  // How libraries are looked for on the build machine: loader::host_environment, with
  // LD_LIBRARY_PATH or --ldpaths as its library_path.
  loader::LoaderEnvironment environment;
  // Directories that were named for this repair (--ldpaths), "A:B"; they are part of
  // environment.library_path as well. For an Android wheel nothing else counts: no machine that
  // builds such wheels runs them.
  std::optional<std::string> named_directories;
  // The build machine; null = this one. Must outlive the call.
  const FileSystem* files = nullptr;
  // fnmatch(3) patterns for needed names and real paths of libraries that are neither followed nor
  // copied in: another package brings them.
  std::vector<std::string> excludes;
  // Distributions whose libraries are not copied in: files that need one find it where it will be
  // installed. Each is the path of a wheel (with a slash, or the ending .whl), or an fnmatch(3)
  // pattern for names (PEP 503), which is looked for among `other_wheels` (paths; those that are
  // none of the wheel's own distribution) and then among what is installed in `environments`
  // (prefixes or site-packages directories).
  std::vector<std::string> depends_on;
  std::vector<std::string> other_wheels;
  std::vector<std::string> environments;
  // fnmatch(3) patterns for needed names of libraries that are copied in although the policy allows
  // them outside. libc, and what comes with it, never is.
  std::vector<std::string> bundles;
  // Libraries to copy in that no file needs, for they are opened while a process runs. With a
  // slash: the path of a library. Else an fnmatch(3) pattern for the names that files of the wheel,
  // and libraries copied in, say they open (dlopen_notes.h); each file that says so is an asker.
  std::vector<std::string> includes;
  // The Pythons whose layouts count, instead of those that the wheel's tags allow; empty: those.
  std::vector<wheel::PythonVersion> pythons;
  // Whether x86-64-v2 and later, where a file says that it needs them, stand against a tag.
  bool check_isa = true;
  // Threads; 0 = one per processor. The answer does not depend on it.
  unsigned jobs = 0;
  // Where the contents of large ELF files wait while they are not looked at, in files without
  // names; in memory where that is not to be had.
  std::string scratch_directory = "/var/tmp";
};

struct RepairOptions {
  AuditOptions audit;
  // Where the repaired wheel goes; created if missing. May be the input's own directory.
  std::string output_directory = "wheelhouse";
  // Claim the platform asked for alone, not a better one that the content fits as well.
  bool only_platform = false;
  // Whether file name and WHEEL get the new platform tags.
  bool update_tags = true;
  // Behind the distribution's name in the directory of the copied libraries: "CyFES.libs".
  std::string lib_sdir = ".libs";
  // fnmatch(3) patterns for needed names. A copied library that is needed by such a name has that
  // name as its file name, without a hash, and keeps its SONAME.
  std::vector<std::string> kept_names;
  // fnmatch(3) patterns for elements of DT_RPATH and DT_RUNPATH, as written, that stay in a file's
  // list although they lead out of the wheel.
  std::vector<std::string> kept_rpaths;
  // What goes from every copied library and every ELF file of the wheel that is looked at, before
  // it is edited; nothing: no file is stripped. A file that cannot be stripped is noted.
  std::optional<elf::StripLevel> strip;
  // Where what is stripped goes, for debuggers: DIR/.build-id/ab/cdef.debug, or
  // DIR/PATH-IN-THE-WHEEL.debug for a file without build id, which gets a .gnu_debuglink. "": it is
  // not kept. Existing files are replaced. Without `strip` it has no meaning.
  std::string debug_directory;
  // Whether files that ask for an executable stack get another PT_GNU_STACK.
  bool clear_exec_stack = false;
  // 0 (store) .. 12, for changed and new entries.
  int compression_level = 6;
  // Seconds since 1970 for all entries; nothing: untouched entries keep their time, the others get
  // that of the newest entry of the input.
  std::optional<int64_t> source_date_epoch;
  // Asked about each file that is edited, and about each edited copy of a library, by several
  // threads at once; none when empty.
  elf::SecondOpinion second_opinion;
  // Whether a wheel for any platform, without ELF files, is copied as it is instead of refused.
  bool allow_pure = false;
  // Stop after planning; nothing is written.
  bool dry_run = false;
  // Told, by the calling thread, what is being done ("packing") and how much of it is done, of all
  // there is to do: bytes; 0 of 0 where that is not known.
  std::function<void(std::string_view stage, uint64_t done, uint64_t total)> progress;
};

}  // namespace elfwheel::repair
