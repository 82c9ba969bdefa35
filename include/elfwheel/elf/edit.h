// Edits of the dynamic section of a finished file, and their result.
//
// The writer appends; code, data and every address stay where they are (docs/design.md, "The
// writer"). apply_edits is pure: it returns what to write where, and touches no file.
#pragma once

#include <cstddef>
#include <cstdint>
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
  // (old, new): DT_NEEDED and the file names of .gnu.version_r alike. Absent ones are no error.
  std::vector<std::pair<std::string, std::string>> replace_needed;
  // Put in front of the other DT_NEEDED, in order; ones that are there already are no error.
  std::vector<std::string> add_needed;
  // DT_RPATH and DT_RUNPATH: the new value whole; an empty string removes both.
  std::optional<std::string> rpath;
  RpathTag rpath_tag = RpathTag::kKeep;

  bool empty() const {
    return !soname && remove_needed.empty() && replace_needed.empty() && add_needed.empty() &&
           !rpath && rpath_tag == RpathTag::kKeep;
  }
};

// New bytes for [offset, offset + bytes.size()).
struct Overwrite {
  FileOffset offset{};
  std::vector<std::byte> bytes;
};

// The new file as a difference to the old one: `size` bytes, old content where no Overwrite (in
// ascending order, not overlapping) says otherwise. Unchanged when overwrites is empty and the
// size is the old one.
struct Rewrite {
  uint64_t size = 0;
  std::vector<Overwrite> overwrites;
  bool changed = false;
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

// apply_edits, materialize and check_rewrite in one. Empty when there is nothing to change.
std::vector<std::byte> edit_in_memory(Bytes original, const Edits& edits);

// Edits the file `input` into `output`, which may be the same path: the result is written under a
// temporary name beside `output`, checked (check_rewrite), flushed and renamed over it; mode, owner
// and extended attributes of an existing output stay. Where input and output are one file and
// there is nothing to change, it is not touched. Returns whether the content changed.
// Errors as above, and kNotFound, kIo.
bool edit_file(const std::string& input, const std::string& output, const Edits& edits);

}  // namespace elfwheel::elf
