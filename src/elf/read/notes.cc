// Notes and what is read out of them.

#include "elfwheel/elf/notes.h"

#include <set>

#include "base/checked_math.h"
#include "base/digest.h"
#include "elf/read/raw.h"
#include "elf/read/table_at.h"

namespace elfwheel::elf {
namespace {

constexpr uint32_t kNtGnuBuildId = 3;
constexpr uint32_t kNtGnuPropertyType0 = 5;
constexpr uint32_t kX86Isa1Needed = 0xc0008002;

// Names and descriptions are padded to 4 bytes; to 8 in segments with that alignment, as
// .note.gnu.property has on 64-bit machines (Linux Extensions to gABI).
// `seen` has where in the file the notes of earlier segments stand: the first one met again ends
// the walk, so that segments over the same notes cost nothing.
template <class E>
void read_segment_notes(Bytes segment, uint64_t alignment, std::set<const std::byte*>& seen,
                        std::vector<Note>& notes) {
  using Nhdr = raw_layout::Nhdr<E>;
  const uint64_t padding = alignment == 8 ? 8 : 4;
  uint64_t at = 0;
  while (segment.contains(at, sizeof(Nhdr))) {
    if (!seen.insert(segment.data() + at).second) return;
    const auto nhdr = segment.read<Nhdr>(at, "note");
    const uint64_t name_at = at + sizeof(Nhdr);
    const Bytes name = segment.sub(name_at, nhdr.n_namesz, "note name");
    const uint64_t description_at =
        checked_align_up(name_at + nhdr.n_namesz, padding).value_or(UINT64_MAX);
    const Bytes description = segment.sub(description_at, nhdr.n_descsz, "note description");
    const std::string_view owner = name.text().substr(0, name.text().find('\0'));
    notes.push_back({owner, nhdr.n_type, description});
    at = checked_align_up(description_at + nhdr.n_descsz, padding).value_or(UINT64_MAX);
  }
}

}  // namespace

std::vector<Note> read_notes(const ElfFile& file) {
  std::vector<Note> notes;
  std::set<const std::byte*> seen;
  for (const Segment& segment : file.segments()) {
    if (segment.p_type != PT_NOTE || segment.p_filesz == 0) continue;
    const Bytes bytes = file.bytes().sub(raw(segment.p_offset), segment.p_filesz, "PT_NOTE");
    dispatch_on(file, [&](auto kind) {
      read_segment_notes<decltype(kind)>(bytes, segment.p_align, seen, notes);
    });
  }
  return notes;
}

std::optional<std::string> find_build_id(const ElfFile& file) {
  for (const Note& note : read_notes(file))
    if (note.owner == "GNU" && note.type == kNtGnuBuildId) return to_hex(note.description);
  return std::nullopt;
}

uint32_t x86_isa_needed(const ElfFile& file) {
  if (file.header().e_machine != EM_X86_64 && file.header().e_machine != EM_386) return 0;
  const uint64_t padding = file.is_64() ? 8 : 4;
  uint32_t bits = 0;
  for (const Note& note : read_notes(file)) {
    if (note.owner != "GNU" || note.type != kNtGnuPropertyType0) continue;
    uint64_t at = 0;
    // pr_type, pr_datasz, data padded to the word size; x86 is little endian.
    while (note.description.contains(at, 8)) {
      using Word = Packed<uint32_t, std::endian::little>;
      const uint32_t type = note.description.read<Word>(at, "GNU property");
      const uint32_t size = note.description.read<Word>(at + 4, "GNU property");
      if (type == kX86Isa1Needed && size == 4)
        bits |= note.description.read<Word>(at + 8, "GNU property");
      at = checked_align_up(at + 8 + size, padding).value_or(UINT64_MAX);
    }
  }
  return bits;
}

}  // namespace elfwheel::elf
