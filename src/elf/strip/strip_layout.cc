#include "elf/strip/strip_layout.h"

#include <algorithm>

#include "base/checked_math.h"
#include "elf/read/parse_headers.h"
#include "elf/write/file_ends.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

constexpr uint64_t kSmallestPage = 0x1000;

struct Range {
  uint64_t begin = 0;
  uint64_t end = 0;
};

// Bytes that move together or not at all: what program headers name, and sections.
struct Item {
  Range range;
  uint64_t alignment = 1;  // moves by multiples of it if it is loaded; else begins at one
  bool loaded = false;
  bool may_move = true;
};

[[noreturn]] void fail_overlap() {
  throw Error(ErrorCode::kCorrupt, "sections overlap in the file");
}

class LayoutPlanner {
 public:
  LayoutPlanner(const ElfFile& file, const std::vector<Section>& sections, const StripPlan& plan,
                size_t section_count)
      : file_(file), sections_(sections), plan_(plan), section_count_(section_count) {}

  StripLayout plan() {
    find_loaded();
    find_tables();
    find_sections();
    place();
    for (const Section& section : sections_)
      layout_.section_offsets.push_back(new_offset(raw(section.sh_offset)));
    for (const Segment& segment : file_.segments())
      layout_.segment_offsets.push_back(new_offset(raw(segment.p_offset)));
    layout_.table_offset = new_offset(raw(file_.header().e_shoff));
    return std::move(layout_);
  }

 private:
  // The part of [offset, offset + size) that the file has.
  Range clipped(uint64_t offset, uint64_t size) const {
    const uint64_t all = file_.bytes().size();
    return {std::min(offset, all), std::min(add(offset, size), all)};
  }

  void note(const Range& range) { whole_end_ = std::max(whole_end_, range.end); }

  // Headers and segments; those that overlap are one.
  void find_loaded() {
    const Header& header = file_.header();
    std::vector<Item> items;
    items.push_back({{0, header_size(header)}, 1, true, false});
    items.push_back({clipped(raw(header.e_phoff), uint64_t{header.e_phnum} * header.e_phentsize), 1,
                     true, false});
    for (const Segment& segment : file_.segments()) {
      if (segment.p_filesz == 0 || segment.p_type == PT_PHDR) continue;
      const bool load = segment.p_type == PT_LOAD;
      const uint64_t alignment =
          std::max({segment.p_align, uint64_t{1}, load ? kSmallestPage : uint64_t{1}});
      items.push_back({clipped(raw(segment.p_offset), segment.p_filesz), alignment, true,
                       is_power_of_two(alignment)});
    }
    for (const Section& section : sections_)
      if ((section.sh_flags & SHF_ALLOC) != 0 && has_content(section))
        items.push_back({clipped(raw(section.sh_offset), section.sh_size), 1, true, true});
    std::erase_if(items, [](const Item& item) { return item.range.begin >= item.range.end; });
    std::sort(items.begin(), items.end(),
              [](const Item& a, const Item& b) { return a.range.begin < b.range.begin; });
    for (const Item& item : items) {
      note(item.range);
      if (items_.empty() || item.range.begin >= items_.back().range.end) {
        items_.push_back(item);
        continue;
      }
      Item& last = items_.back();
      last.range.end = std::max(last.range.end, item.range.end);
      last.alignment = std::max(last.alignment, item.alignment);
      last.may_move = last.may_move && item.may_move;
    }
  }

  // What is loaded in part could neither stay nor go.
  bool is_loaded(const Range& range) const {
    for (const Item& item : items_) {
      if (!item.loaded || range.begin >= item.range.end || item.range.begin >= range.end) continue;
      if (range.begin < item.range.begin || range.end > item.range.end) fail_overlap();
      return true;
    }
    return false;
  }

  // The first byte that goes, or is written elsewhere.
  void goes_at(const Range& range) { first_gone_ = std::min(first_gone_, range.begin); }

  void find_tables() {
    const Header& header = file_.header();
    const Range table = clipped(raw(header.e_shoff), section_table_size(header));
    note(table);
    layout_.table_stays = is_loaded(table) && section_count_ <= header.e_shnum;
    if (!is_loaded(table)) goes_at(table);

    const uint32_t index = header.e_shstrndx;
    layout_.names_stay = true;
    if (index == 0 || index >= sections_.size()) return;
    const Section& names = sections_[index];
    const Range range = clipped(raw(names.sh_offset), names.sh_size);
    const bool shared = std::any_of(sections_.begin(), sections_.end(), [&](const Section& other) {
      return other.sh_link == index && other.sh_type != SHT_NULL;
    });
    if (shared || names.sh_type != SHT_STRTAB || (names.sh_flags & SHF_ALLOC) != 0) return;
    layout_.names_stay = is_loaded(range);
    if (!layout_.names_stay) goes_at(range);
  }

  void find_sections() {
    std::vector<Item> loose;
    for (size_t i = 1; i < sections_.size(); ++i) {
      const Section& section = sections_[i];
      if ((section.sh_flags & SHF_ALLOC) != 0 || !has_content(section)) continue;
      file_.bytes().sub(raw(section.sh_offset), section.sh_size, "section " + section.name);
      const Range range = clipped(raw(section.sh_offset), section.sh_size);
      note(range);
      if (is_loaded(range)) continue;
      if (plan_.taken[i]) {
        goes_at(range);
      } else if (i != file_.header().e_shstrndx || layout_.names_stay) {
        loose.push_back({range, std::max(section.sh_addralign, uint64_t{1}), false, true});
      }
    }
    std::sort(loose.begin(), loose.end(),
              [](const Item& a, const Item& b) { return a.range.begin < b.range.begin; });
    for (size_t i = 1; i < loose.size(); ++i)
      if (loose[i].range.begin < loose[i - 1].range.end) fail_overlap();
    items_.insert(items_.end(), loose.begin(), loose.end());
    std::stable_sort(items_.begin(), items_.end(),
                     [](const Item& a, const Item& b) { return a.range.begin < b.range.begin; });
  }

  // Nothing moves to where it was not before: the file only gets shorter.
  void place() {
    layout_.payload_offset = whole_end_;
    layout_.payload_size = file_.bytes().size() - whole_end_;
    uint64_t& cursor = layout_.end;
    for (const Item& item : items_) {
      const uint64_t begin = item.range.begin;
      const uint64_t size = item.range.end - begin;
      if (begin < first_gone_) {
        cursor = std::max(cursor, item.range.end);
        layout_.unmoved = cursor;
        continue;
      }
      uint64_t to = begin;
      if (item.loaded) {
        if (begin < cursor) fail_overlap();
        if (item.may_move) to = begin - (begin - cursor) / item.alignment * item.alignment;
      } else if (is_power_of_two(item.alignment)) {
        to = std::min(align_up(cursor, item.alignment), std::max(begin, cursor));
      }
      layout_.ranges.push_back({begin, size, to});
      cursor = std::max(cursor, to + size);
    }
  }

  // Of something that begins there: in a range that moved, at its end, or where nothing moved.
  uint64_t new_offset(uint64_t offset) const {
    const auto moved = [&](const KeptRange& range) { return offset - range.from + range.to; };
    for (const KeptRange& range : layout_.ranges)
      if (offset >= range.from && offset < range.from + range.size) return moved(range);
    for (const KeptRange& range : layout_.ranges)
      if (offset == range.from + range.size) return moved(range);
    return offset;
  }

  const ElfFile& file_;
  const std::vector<Section>& sections_;
  const StripPlan& plan_;
  const size_t section_count_;
  std::vector<Item> items_;
  uint64_t whole_end_ = 0;
  uint64_t first_gone_ = UINT64_MAX;
  StripLayout layout_;
};

}  // namespace

StripLayout plan_strip_layout(const ElfFile& file, const std::vector<Section>& sections,
                              const StripPlan& plan, size_t section_count) {
  return LayoutPlanner(file, sections, plan, section_count).plan();
}

}  // namespace elfwheel::elf
