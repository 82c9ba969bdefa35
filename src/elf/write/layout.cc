// The layout of an edited file. An edit that fits leaves everything where it is. Else the file gets
// a read-only segment behind all others, with the dynamic string table first; if the dynamic
// section has no spare entry left, a writable one before that. An earlier edit's segments are
// forgotten first and laid out anew, so a hundred edits cost what the longest one costs.
//
// The program header table stays where it is if that can be had: strip(1) writes it there anyway,
// and kernels before 5.18 compute AT_PHDR from the first segment. Room for its new entries is made
// by moving the chunks behind it (movable.h).

#include "elf/write/layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "elf/read/parse_headers.h"
#include "elf/write/file_ends.h"
#include "elf/write/new_section.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

constexpr uint64_t kNoteAlignment = 4;
// Entries that a moved dynamic section has to spare, so that it moves once.
constexpr uint64_t kSpareEntries = 8;
// Without section headers, zeros behind the program header table count as padding up to here.
constexpr uint64_t kMostPadding = 64;
// What a program header table that moves may cost: two of the largest usual pages.
constexpr uint64_t kMostGap = 4 << 20;

bool overlaps(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size) {
  return a < b + b_size && b < a + a_size;
}

class LayoutPlanner {
 public:
  LayoutPlanner(const FileFacts& facts, const Changes& changes, const DynstrPlan& dynstr)
      : facts_(facts),
        file_(facts.file),
        header_(facts.file.header()),
        sections_(facts.sections),
        changes_(changes),
        dynstr_(dynstr),
        chunks_(facts.chunks),
        own_(facts.own) {}

  Layout plan() {
    keep_everything();
    plan_stack_segment();
    if (!changes_.has_tables) return layout_;
    find_interpreter_chunk();
    drop_cache_note();
    const bool writes_note = changes_.cache_note && !changes_.cache_note->content.empty();
    const bool adds_note = writes_note && !changes_.cache_note->segment;
    const uint64_t entries_needed = changes_.entries.size() + 1;
    const bool dynamic_moves = own_.dynamic || entries_needed > file_.dynamic_capacity();
    // The chunks that make room for a program header need the read-only segment in any case.
    const bool strings_move = own_.strings || dynstr_.grown || dynamic_moves ||
                              interpreter_grows_ || stack_segment_ || writes_note;
    if (!strings_move) return layout_;

    // A table without entries is none: what lies there may change.
    if (header_.e_shnum == 0) layout_.shoff = FileOffset{0};
    ends_ = find_file_ends(facts_, changes_.page_size);
    start_ = ends_.start;
    address_end_ = ends_.address_end;
    page_ = ends_.page;
    free_old_places(dynamic_moves);
    // Beyond this point nothing of the old file is kept from start_ on but what is carried.
    const bool table_moves = make_room(1U + (dynamic_moves ? 1U : 0U) + (stack_segment_ ? 1U : 0U) +
                                       (adds_note ? 1U : 0U));
    if (adds_note)
      layout_.moves.push_back(
          {{}, {}, {}, changes_.cache_note->content.size(), Move::Content::kCacheNote});
    if (dynamic_moves) place_dynamic(entries_needed + kSpareEntries);
    place_strings(table_moves);
    if (adds_note) add_note_headers();
    place_section_table();
    place_carried();
    build_segments();
    return layout_;
  }

 private:
  void keep_everything() {
    layout_.file_size = file_.bytes().size();
    layout_.segments = file_.segments();
    layout_.phoff = header_.e_phoff;
    layout_.shoff = header_.e_shoff;
    layout_.section_count = header_.e_shnum;
    if (!changes_.has_tables) return;
    layout_.strings_address = Vaddr{file_.find_dynamic(DT_STRTAB).value_or(0)};
    const auto strings = file_.addresses().find_offset(layout_.strings_address);
    if (!strings)
      throw Error(ErrorCode::kCorrupt,
                  fmt::format("dynamic string table: no PT_LOAD has bytes for address {:#x}",
                              raw(layout_.strings_address)));
    layout_.strings_offset = *strings;
    layout_.strings_size = file_.dynamic_strings().size();
    layout_.dynamic_offset = file_.dynamic_offset();
    layout_.dynamic_address = file_.dynamic_address();
    layout_.dynamic_capacity = file_.dynamic_capacity();
  }

  // PT_GNU_STACK says with its flags alone what the stack is; a file without one gets it where
  // there is a PT_NULL, or among the new segments.
  void plan_stack_segment() {
    if (!changes_.exec_stack) return;
    const uint32_t flags = PF_R | PF_W | (*changes_.exec_stack ? PF_X : 0U);
    for (Segment& segment : layout_.segments) {
      if (segment.p_type != PT_GNU_STACK) continue;
      segment.p_flags = (segment.p_flags & ~uint32_t{PF_X}) | (flags & PF_X);
      return;
    }
    const Segment stack{PT_GNU_STACK, flags, {}, {}, 0, 0, 0, kSegmentAlignment};
    for (Segment& segment : layout_.segments) {
      if (segment.p_type != PT_NULL) continue;
      segment = stack;
      return;
    }
    stack_segment_ = stack;
  }

  // A longer interpreter moves as other chunks do; a shorter one stays, with zeros behind it.
  void find_interpreter_chunk() {
    if (!changes_.interpreter) return;
    const Segment& segment = *file_.find_segment(PT_INTERP);
    for (size_t i = 0; i < chunks_.size(); ++i)
      if (chunks_[i].offset == segment.p_offset && chunks_[i].size == segment.p_filesz)
        interpreter_chunk_ = i;
    interpreter_grows_ = changes_.interpreter->size() + 1 > segment.p_filesz;
    if (!interpreter_chunk_)
      throw Error(ErrorCode::kUnsupported,
                  "PT_INTERP is not loaded, or shares its bytes with something else");
  }

  // A note that goes leaves headers that say nothing, so that nothing else has to move.
  void drop_cache_note() {
    if (!changes_.cache_note || !changes_.cache_note->content.empty()) return;
    Segment& segment = layout_.segments[*changes_.cache_note->segment];
    layout_.gone_section = find_cache_section(facts_, segment);
    layout_.freed.emplace_back(raw(segment.p_offset), segment.p_filesz);
    segment = Segment{};
  }

  void add_note_headers() {
    const Move& note = layout_.moves.back();
    added_segments_.push_back({PT_NOTE, PF_R, note.offset, note.address, raw(note.address),
                               note.size, note.size, kNoteAlignment});
    layout_.new_section = plan_new_section(facts_, layout_.file_size);
    if (!layout_.new_section) return;
    NewSection& section = *layout_.new_section;
    section.move = layout_.moves.size() - 1;
    if (section.names_offset) layout_.file_size += section.names.size();
    if (section.index == header_.e_shnum) ++layout_.section_count;
  }

  // Behind the new segments, where the table has to grow or to make room.
  void place_section_table() {
    const bool grows = layout_.section_count != header_.e_shnum;
    if (ends_.sections_follow) return;  // place_carried sees to it
    if (section_table_size(header_) == 0) return;
    if (!grows && !sections_make_room_ && !ends_.sections_behind) return;
    layout_.freed.emplace_back(raw(header_.e_shoff), section_table_size(header_));
    layout_.shoff = FileOffset{align_up(layout_.file_size, 8)};
    layout_.file_size = add(raw(layout_.shoff), layout_.section_count * header_.e_shentsize);
  }

  uint64_t table_size(uint64_t count) const { return count * header_.e_phentsize; }
  void free_old_places(bool dynamic_moves) {
    if (start_ < file_.bytes().size())
      layout_.freed.emplace_back(start_, file_.bytes().size() - start_);
    layout_.freed.emplace_back(raw(layout_.strings_offset), layout_.strings_size);
    if (dynamic_moves)
      layout_.freed.emplace_back(raw(layout_.dynamic_offset),
                                 file_.dynamic_capacity() * dynamic_entry_size(header_));
    for (size_t i = 0; i < file_.segments().size(); ++i)
      if (own_.has(i))
        layout_.freed.emplace_back(raw(file_.segments()[i].p_offset), file_.segments()[i].p_filesz);
  }

  // Decides which chunks move; true when the program header table has to move as well.
  bool make_room(size_t new_segments) {
    if (header_.e_phentsize != segment_entry_size(header_))
      throw Error(ErrorCode::kUnsupported,
                  fmt::format("program header size {} is not the {} bytes of its class",
                              header_.e_phentsize, segment_entry_size(header_)));
    size_t old_own = (own_.strings ? 1U : 0U) + (own_.dynamic ? 1U : 0U);
    const size_t wanted = file_.segments().size() - old_own + new_segments;
    for (size_t extra = wanted > header_.e_phnum ? wanted - header_.e_phnum : 0; extra > 0; --extra)
      if (!drop_null_segment()) break;
    count_ = wanted - nulls_dropped_;
    if (count_ >= PN_XNUM)
      throw Error(ErrorCode::kUnsupported, "too many program headers for one more");

    const uint64_t table = raw(header_.e_phoff);
    const bool in_own = in_own_segment(facts_, table, table_size(header_.e_phnum));
    const uint64_t room_begin = table + table_size(header_.e_phnum);
    const uint64_t room_end = table + table_size(count_);
    const bool table_moves = in_own || (room_end > room_begin && !has_room(room_begin, room_end));
    // Go's linker puts the section header table behind the program header table.
    sections_make_room_ = !table_moves && section_table_size(header_) != 0 &&
                          overlaps(raw(header_.e_shoff), section_table_size(header_), room_begin,
                                   room_end - room_begin);
    for (size_t i = 0; i < chunks_.size(); ++i) {
      const Chunk& chunk = chunks_[i];
      const CacheNote* const note = changes_.cache_note ? &*changes_.cache_note : nullptr;
      const bool is_note = note && note->chunk == i;
      if (is_note && note->content.empty()) continue;
      const bool new_text = interpreter_chunk_ == i;
      const bool in_way =
          !table_moves && room_end > room_begin &&
          overlaps(raw(chunk.offset), chunk.size, room_begin, room_end - room_begin);
      const bool moves = in_way || in_own_segment(facts_, raw(chunk.offset), chunk.size) ||
                         (new_text && interpreter_grows_) || is_note;
      if (!moves) continue;
      Move move{chunk, {}, {}, chunk.size, Move::Content::kOld};
      if (new_text) move.size = changes_.interpreter->size() + 1;
      if (new_text) move.content = Move::Content::kInterpreter;
      if (is_note) move.size = note->content.size();
      if (is_note) move.content = Move::Content::kCacheNote;
      layout_.moves.push_back(move);
      layout_.freed.emplace_back(raw(chunk.offset), chunk.size);
    }
    return table_moves;
  }

  bool drop_null_segment() {
    for (size_t i = 0; i < layout_.segments.size(); ++i) {
      if (layout_.segments[i].p_type != PT_NULL || dropped(i)) continue;
      dropped_.push_back(i);
      ++nulls_dropped_;
      return true;
    }
    return false;
  }
  bool dropped(size_t index) const {
    return std::find(dropped_.begin(), dropped_.end(), index) != dropped_.end();
  }

  // Whether the bytes [begin, end) can be given to the program header table: they belong to
  // chunks, to the section header table, to places that become free, or are padding; and they are
  // loaded with the table.
  bool has_room(uint64_t begin, uint64_t end) const {
    const bool loaded =
        std::any_of(file_.segments().begin(), file_.segments().end(), [&](const Segment& segment) {
          return segment.p_type == PT_LOAD && raw(segment.p_offset) <= raw(header_.e_phoff) &&
                 end <= raw(segment.p_offset) + segment.p_filesz;
        });
    if (!loaded) return false;
    const auto movable = [&](uint64_t offset, uint64_t size) {
      const auto holds = [&](uint64_t at, uint64_t length) {
        return at <= offset && offset + size <= at + length;
      };
      return holds(raw(header_.e_shoff), section_table_size(header_)) ||
             std::any_of(chunks_.begin(), chunks_.end(),
                         [&](const Chunk& c) { return holds(raw(c.offset), c.size); }) ||
             std::any_of(layout_.freed.begin(), layout_.freed.end(),
                         [&](const auto& freed) { return holds(freed.first, freed.second); });
    };
    for (const Section& section : sections_)
      if (section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL && section.sh_size != 0 &&
          overlaps(raw(section.sh_offset), section.sh_size, begin, end - begin) &&
          !movable(raw(section.sh_offset), section.sh_size))
        return false;
    for (const Segment& segment : file_.segments())
      if (segment.p_type != PT_LOAD && segment.p_type != PT_PHDR && segment.p_filesz != 0 &&
          overlaps(raw(segment.p_offset), segment.p_filesz, begin, end - begin) &&
          !movable(raw(segment.p_offset), segment.p_filesz))
        return false;
    uint64_t padding = 0;
    for (uint64_t at = begin; at < end; ++at) {
      if (movable(at, 1)) {
        padding = 0;
        continue;
      }
      const bool zero = file_.bytes().read<std::byte>(at, "padding") == std::byte{0};
      if (!zero || (sections_.empty() && ++padding > kMostPadding)) return false;
    }
    return true;
  }

  void check_address(uint64_t end) const {
    if (header_.elf_class == ElfClass::kElf32 && end > UINT32_MAX)
      throw Error(ErrorCode::kUnsupported, "the address space of this 32-bit file is full");
  }

  // The next free address that is congruent to `offset` modulo the page size: the file needs no
  // padding for it, only address space.
  uint64_t next_address(uint64_t offset) const {
    return add(align_up(address_end_, page_), offset & (page_ - 1));
  }

  Segment new_segment(uint32_t flags, uint64_t offset, uint64_t address, uint64_t size) {
    check_address(add(address, size));
    address_end_ = add(address, size);
    start_ = align_up(add(offset, size), kSegmentAlignment);
    layout_.file_size = add(offset, size);
    return {PT_LOAD, flags, FileOffset{offset}, Vaddr{address}, address, size, size, page_};
  }

  void place_dynamic(uint64_t capacity) {
    const uint64_t size = capacity * dynamic_entry_size(header_);
    const uint64_t offset = start_;
    const uint64_t address = next_address(offset);
    layout_.dynamic_offset = FileOffset{offset};
    layout_.dynamic_address = Vaddr{address};
    layout_.dynamic_capacity = capacity;
    added_.push_back(new_segment(PF_R | PF_W, offset, address, size));
  }

  // The string table comes first: no other program header may point at the segment's first byte
  // (llvm-strip would take a PT_INTERP there for the segment's parent and tear them apart).
  void place_strings(bool table_moves) {
    uint64_t offset = start_;
    uint64_t address = next_address(offset);
    if (table_moves && file_.interp()) {
      // Kernels before 5.18 give the program AT_PHDR = first address - first offset + e_phoff.
      const uint64_t bias = first_bias();
      offset = std::max(offset, align_up(address_end_, page_) - bias);
      // A program with gigabytes of zeros (.bss) would get them in the file.
      if (offset > start_ && offset - start_ > kMostGap)
        throw Error(ErrorCode::kUnsupported,
                    fmt::format("the program header table has to move, and {:#x} bytes of padding "
                                "would have to stand in front of it",
                                offset - start_));
      address = add(offset, bias);
    }
    layout_.strings_offset = FileOffset{offset};
    layout_.strings_address = Vaddr{address};
    layout_.strings_size = dynstr_.table.size();
    uint64_t size = dynstr_.table.size();
    for (Move& move : layout_.moves) {
      // Alignments of what is inside stay as they were, up to 16.
      size += (raw(move.from.address) - (address + size)) & (kSegmentAlignment - 1);
      move.offset = FileOffset{offset + size};
      move.address = Vaddr{address + size};
      size = add(size, move.size);
    }
    if (table_moves) {
      size += (0 - (address + size)) & (kSegmentAlignment - 1);
      layout_.phoff = FileOffset{offset + size};
      table_address_ = Vaddr{address + size};
      size = add(size, table_size(count_));
    }
    added_.push_back(new_segment(PF_R, offset, address, size));
  }

  uint64_t first_bias() const {
    for (const Segment& segment : file_.segments())
      if (segment.p_type == PT_LOAD) return raw(segment.p_vaddr) - raw(segment.p_offset);
    return 0;
  }

  void place_carried() {
    if (ends_.payload_size == 0) return;
    uint64_t at = layout_.file_size;
    if (ends_.sections_follow) {
      at = align_up(at, 8);
      layout_.shoff = FileOffset{at};
      at += layout_.section_count * header_.e_shentsize;
    }
    layout_.carried = {FileOffset{ends_.payload_offset}, FileOffset{at}, ends_.payload_size};
    layout_.file_size = add(at, ends_.payload_size);
  }

  void build_segments() {
    std::vector<Segment> segments;
    size_t after_last_load = 0;
    for (size_t i = 0; i < file_.segments().size(); ++i) {
      if (own_.has(i) || dropped(i)) continue;
      Segment segment = layout_.segments[i];
      relocate(segment);
      segments.push_back(segment);
      if (segment.p_type == PT_LOAD) after_last_load = segments.size();
    }
    segments.insert(segments.begin() + static_cast<ptrdiff_t>(after_last_load), added_.begin(),
                    added_.end());
    segments.insert(segments.end(), added_segments_.begin(), added_segments_.end());
    if (stack_segment_) segments.push_back(*stack_segment_);
    layout_.segments = std::move(segments);
  }

  void relocate(Segment& segment) const {
    if (segment.p_type == PT_PHDR) {
      if (table_address_) {
        segment.p_offset = layout_.phoff;
        segment.p_vaddr = *table_address_;
        segment.p_paddr = raw(*table_address_);
      }
      segment.p_filesz = segment.p_memsz = table_size(count_);
    } else if (segment.p_type == PT_DYNAMIC) {
      segment.p_offset = layout_.dynamic_offset;
      if (segment.p_vaddr != layout_.dynamic_address ||
          layout_.dynamic_capacity != file_.dynamic_capacity()) {
        segment.p_vaddr = layout_.dynamic_address;
        segment.p_paddr = raw(layout_.dynamic_address);
        segment.p_filesz = segment.p_memsz = layout_.dynamic_capacity * dynamic_entry_size(header_);
      }
    } else if (segment.p_type == PT_INTERP || segment.p_type == PT_NOTE ||
               segment.p_type == PT_GNU_PROPERTY) {
      for (const Move& move : layout_.moves) {
        const uint64_t distance = raw(segment.p_offset) - raw(move.from.offset);
        if (raw(segment.p_offset) < raw(move.from.offset) || distance >= move.from.size) continue;
        segment.p_offset = FileOffset{raw(move.offset) + distance};
        segment.p_vaddr = Vaddr{raw(move.address) + distance};
        segment.p_paddr = raw(segment.p_vaddr);
        if (move.content != Move::Content::kOld) segment.p_filesz = segment.p_memsz = move.size;
        break;
      }
    }
  }

  const FileFacts& facts_;
  const ElfFile& file_;
  const Header& header_;
  const std::vector<Section>& sections_;
  const Changes& changes_;
  const DynstrPlan& dynstr_;
  const std::vector<Chunk>& chunks_;
  const OwnSegments& own_;

  Layout layout_;
  FileEnds ends_;
  uint64_t page_ = 0;         // alignment of what is added
  uint64_t address_end_ = 0;  // behind all segments placed so far
  uint64_t start_ = 0;        // file offset of the next new segment
  size_t count_ = 0;          // of program headers
  size_t nulls_dropped_ = 0;
  bool sections_make_room_ = false;
  std::vector<size_t> dropped_;
  std::optional<Vaddr> table_address_;
  std::vector<Segment> added_;
  std::vector<Segment> added_segments_;   // of other kinds
  std::optional<Segment> stack_segment_;  // to be added
  std::optional<size_t> interpreter_chunk_;
  bool interpreter_grows_ = false;
};

}  // namespace

uint64_t Layout::moved_offset(uint64_t offset) const {
  for (const Move& move : moves)
    if (offset >= raw(move.from.offset) && offset - raw(move.from.offset) < move.from.size)
      return raw(move.offset) + (offset - raw(move.from.offset));
  return offset;
}

std::optional<uint64_t> Layout::moved_address(uint64_t address) const {
  for (const Move& move : moves)
    if (address >= raw(move.from.address) && address - raw(move.from.address) < move.from.size)
      return raw(move.address) + (address - raw(move.from.address));
  return std::nullopt;
}

Layout plan_layout(const FileFacts& facts, const Changes& changes, const DynstrPlan& dynstr) {
  return LayoutPlanner(facts, changes, dynstr).plan();
}

}  // namespace elfwheel::elf
