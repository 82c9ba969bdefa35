// Edits of the headers and the dynamic section of a finished file, and their result.
//
// The writer appends; code, data and every address stay where they are (docs/design.md, "The
// writer"). apply_edits is pure: it returns what to write where, and touches no file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

// Which tag an rpath is written as. kKeep: the tag the file has, DT_RUNPATH if it has none.
enum class RpathTag { kKeep, kRunpath, kRpath };

// What is wanted of one file. Fields are carried out in the order in which they stand here.
struct Edits {
  // Replaces DT_SONAME; adds one if there is none. Not for programs.
  std::optional<std::string> soname;
  // DT_NEEDED strings that go; absent ones are no error. Their version needs must be gone or
  // moved too, or kUnsupported: ld.so would abort on a version need without its library.
  std::vector<std::string> remove_needed;
  // (old, new), all at once: DT_NEEDED and the file names of .gnu.version_r alike. Absent ones are
  // no error.
  std::vector<std::pair<std::string, std::string>> replace_needed;
  // Put in front of the other DT_NEEDED, in order; ones that are there already are no error.
  std::vector<std::string> add_needed;
  // DT_RPATH and DT_RUNPATH: the new value whole; an empty string removes both.
  std::optional<std::string> rpath;
  RpathTag rpath_tag = RpathTag::kKeep;
  // PT_INTERP; kUnsupported for a file that has none.
  std::optional<std::string> interpreter;
  // PF_X of PT_GNU_STACK, which is added when the file has none (gABI leaves the stack to the
  // architecture then).
  std::optional<bool> exec_stack;
  // e_ident[EI_OSABI].
  std::optional<uint8_t> os_abi;
  // DF_1_NODEFLIB in DT_FLAGS_1: the loader searches neither its cache nor default directories.
  bool no_default_lib = false;
  // DT_DEBUG, where the loader leaves what debuggers look for; one that is there is no error.
  bool debug_tag = false;
  // Dynamic symbols that lose their version (VER_NDX_GLOBAL). A needed version that no symbol uses
  // afterwards is not needed any more, and leaves .gnu.version_r. Absent ones are no error.
  std::vector<std::string> clear_versions;
  // (old, new) names of dynamic symbols, all at once: names may be swapped. Hash tables are
  // rebuilt, versions follow. Absent ones are no error.
  std::vector<std::pair<std::string, std::string>> rename_symbols;

  // What the note .note.nixos.ldcache says to NixOS's ld.so (its description, loader/
  // resolution_cache.h); empty removes it. Any edit of the rpath or of needed libraries drops a
  // note that it does not replace.
  std::optional<std::vector<std::byte>> resolution_cache;

  // Alignment in memory of segments that have to be added, a power of two of at least 4096;
  // 0: the largest that the file has. No edit by itself.
  uint64_t page_size = 0;

  bool empty() const {
    return !soname && remove_needed.empty() && replace_needed.empty() && add_needed.empty() &&
           !rpath && rpath_tag == RpathTag::kKeep && !interpreter && !exec_stack && !os_abi &&
           !no_default_lib && !debug_tag && clear_versions.empty() && rename_symbols.empty() &&
           !resolution_cache;
  }
};

// New bytes for [offset, offset + bytes.size()).
struct Overwrite {
  FileOffset offset{};
  std::vector<std::byte> bytes;
};

// What stands behind the ELF file's own content (an archive, a payload) and moves as a whole:
// [from, from + size) of the old file, [to, to + size) of the new one, of which it is the end.
struct Carried {
  FileOffset from{};
  FileOffset to{};
  uint64_t size = 0;
};

// The new file as a difference to the old one: `size` bytes, of which the last ones are `carried`;
// before those old content where no Overwrite (in ascending order, not overlapping) says otherwise.
// Unchanged when overwrites is empty, nothing is carried and the size is the old one.
struct Rewrite {
  uint64_t size = 0;
  std::vector<Overwrite> overwrites;
  bool changed = false;
  std::optional<Carried> carried;

  // Where old content and overwrites end.
  uint64_t patched_size() const { return carried ? raw(carried->to) : size; }
};

// Plans and encodes `edits`. Errors: kUnsupported (no dynamic section, an edit this file could not
// survive), kCorrupt, kTruncated, kUsage (a NUL in a string). The image that the result describes
// is not looked at here; see check_rewrite.
Rewrite apply_edits(const ElfFile& file, const Edits& edits);

// The new file in memory.
std::vector<std::byte> materialize(Bytes original, const Rewrite& rewrite);

// Re-reads `image`, which apply_edits made of `original`, and compares: the edited facts are the
// wanted ones, and all others (header, segments, code and data, symbols, versions, notes, other
// dynamic entries) read as before. Throws kCorrupt naming the first difference: the input
// contradicts itself, or this program is wrong; either way the image must not be used.
void check_rewrite(const ElfFile& original, const Edits& edits, Bytes image);

// A judge that shares no code with this library, asked before an edited file is passed on: it gets
// the bytes before and after, and throws an Error that says where it disagrees (second_opinion.h).
using SecondOpinion = std::function<void(Bytes original, Bytes edited, const Edits& edits)>;

// apply_edits, materialize and check_rewrite in one. Empty when there is nothing to change.
std::vector<std::byte> edit_in_memory(Bytes original, const Edits& edits,
                                      const SecondOpinion& second_opinion = nullptr);
// The same for a file that has been parsed already.
std::vector<std::byte> edit_in_memory(const ElfFile& file, const Edits& edits,
                                      const SecondOpinion& second_opinion = nullptr);

// An edited file as it will be, before anything is written.
class EditedImage {
 public:
  EditedImage(EditedImage&&) noexcept;
  EditedImage& operator=(EditedImage&&) noexcept;
  ~EditedImage();

  Bytes bytes() const;
  // As FileContents has it.
  void release(uint64_t begin, uint64_t end) const;
  // Where the bytes may differ from the original's: ranges [begin, end), ascending, not
  // overlapping.
  std::vector<std::pair<uint64_t, uint64_t>> changes() const;

 private:
  friend EditedImage edit_to_image(const ElfFile&, int, const Edits&, const SecondOpinion&);
  friend EditedImage edit_to_image(std::vector<std::byte>, const Edits&, const SecondOpinion&);
  struct State;
  explicit EditedImage(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// As edit_in_memory, for files of any size: where `descriptor` is an open file that has just the
// bytes of `file`, the image is that file's pages and takes memory for what changes; else (-1) it
// is a copy. The bytes of `file` are used on where there is nothing to change. Errors as above, and
// kIo.
EditedImage edit_to_image(const ElfFile& file, int descriptor, const Edits& edits,
                          const SecondOpinion& second_opinion = nullptr);
// The same for a file that is in memory alone; the image takes it over.
EditedImage edit_to_image(std::vector<std::byte> original, const Edits& edits,
                          const SecondOpinion& second_opinion = nullptr);

struct EditOptions {
  SecondOpinion second_opinion;  // none when empty
  // Write into the file itself: new bytes behind its end first, flushed, then the few old places.
  // Costs what changes, however large the file; but a crash in the last step leaves a damaged
  // file, and a program that has it mapped sees the change. Only where input and output are one.
  bool in_place = false;
};

struct EditOutcome {
  bool changed = false;  // the content of the output differs from the input's
  // The output could not be replaced (its directory takes no new file, it belongs to somebody else,
  // it is a mount point), so that it was written in place without being asked to.
  bool fell_back_in_place = false;
};

// Edits the file `input` into `output`, which may be the same path. The result is checked
// (check_rewrite, second opinion), written under a temporary name beside `output`, flushed and
// renamed over it; mode, owner and extended attributes of an existing output stay, and a symlink
// stays one. An output that is no regular file (/dev/stdout) is written to. Where input and output
// are one file and there is nothing to change, it is not touched. Where the output cannot be
// replaced but can be written to, it is edited in place. Errors as above, and kNotFound, kIo.
EditOutcome edit_file(const std::string& input, const std::string& output, const Edits& edits,
                      const EditOptions& options = {});

// Whether the file asks for an executable stack: PF_X of PT_GNU_STACK; nothing without one.
std::optional<bool> wants_exec_stack(const ElfFile& file);

// Whether loading the file makes stacks executable: it asks for that, or it has no PT_GNU_STACK and
// glibc takes that for a wish on its machine (all but AArch64 and 64-bit PowerPC; glibc
// sysdeps/*/stackinfo.h, DEFAULT_STACK_PERMS).
bool needs_exec_stack(const ElfFile& file);

}  // namespace elfwheel::elf
