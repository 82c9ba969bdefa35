// Reuse, overwrite or rebuild the dynamic string table.
//
// References come in two kinds: fixed ones (symbol names, version names), whose offsets stand in
// tables that are never rewritten, and slots, which are. Slots that do not change keep their
// string's place too, unless the table is being rebuilt and the place lies behind everything fixed.

#include "elf/write/dynstr_builder.h"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>

namespace elfwheel::elf {
namespace {

class DynstrBuilder {
 public:
  DynstrBuilder(const FileFacts& facts, const Changes& changes, bool rebuild)
      : facts_(facts),
        file_(facts.file),
        changes_(changes),
        original_(facts.file.dynamic_strings().text()),
        table_(original_),
        rebuild_(rebuild) {}

  DynstrPlan plan() {
    collect_fixed();
    if (rebuild_) table_.resize(static_cast<size_t>(fixed_end_));
    keep_unchanged_slots();
    zero_replaced();
    place_changed_slots();

    DynstrPlan plan;
    for (const auto& offset : placed_) plan.offsets.push_back(offset.value());
    plan.grown = table_.size() > original_.size();
    const Bytes bytes{std::string_view(table_)};
    plan.table.assign(bytes.data(), bytes.data() + bytes.size());
    return plan;
  }

 private:
  struct Range {
    uint64_t begin;
    uint64_t end;
    uint64_t size() const { return end - begin; }
  };

  uint64_t end_of(uint64_t offset) const {
    return offset + file_.dynamic_string(offset).size();  // where the NUL stands
  }

  void keep(uint64_t offset) { kept_.push_back(offset); }

  void collect_fixed() {
    const auto add = [&](std::string_view text) {
      if (text.data() == nullptr) return;
      const auto offset = static_cast<uint64_t>(text.data() - original_.data());
      keep(offset);
      fixed_end_ = std::max(fixed_end_, offset + text.size() + 1);
    };
    std::vector<bool> renamed(facts_.symbols.size());
    for (const RenamedSymbol& each : changes_.renamed) renamed[each.symbol] = true;
    for (size_t i = 0; i < facts_.symbols.size(); ++i)
      if (!renamed[i]) add(facts_.symbols[i].name);
    for (const PlannedNeed& need : changes_.needs)
      for (const size_t version : need.versions)
        add(facts_.needs[need.need].versions[version].name);
    for (const DefinedVersion& version : facts_.definitions) {
      const bool is_base_slot =
          changes_.base_slot && (version.flags & VER_FLG_BASE) != 0 &&
          changes_.slots[*changes_.base_slot].old_offset == string_offset(file_, version.name);
      if (!is_base_slot) add(version.name);
      for (const std::string_view parent : version.parents) add(parent);
    }
    fixed_end_ = std::max<uint64_t>(fixed_end_, 1);  // offset 0 is the empty string
    if (has_unknown_users()) fixed_end_ = original_.size();
  }

  // A section of another kind that names the string table, or prelink's lists: then nothing of the
  // table may be dropped.
  bool has_unknown_users() const {
    if (file_.find_dynamic(DT_GNU_LIBLIST) || file_.find_dynamic(DT_GNU_CONFLICT)) return true;
    const std::vector<Section>& sections = facts_.sections;
    const uint64_t table = file_.find_dynamic(DT_STRTAB).value_or(0);
    return std::any_of(sections.begin(), sections.end(), [&](const Section& user) {
      if (user.sh_link >= sections.size() || raw(sections[user.sh_link].sh_addr) != table ||
          sections[user.sh_link].sh_type != SHT_STRTAB)
        return false;
      return user.sh_type != SHT_DYNSYM && user.sh_type != SHT_DYNAMIC &&
             user.sh_type != SHT_GNU_verdef && user.sh_type != SHT_GNU_verneed;
    });
  }

  void keep_unchanged_slots() {
    placed_.resize(changes_.slots.size());
    for (size_t i = 0; i < changes_.slots.size(); ++i) {
      const StringSlot& slot = changes_.slots[i];
      if (slot.changed || !slot.old_offset || end_of(*slot.old_offset) + 1 > table_.size())
        continue;
      placed_[i] = *slot.old_offset;
      keep(*slot.old_offset);
    }
    std::sort(kept_.begin(), kept_.end());
    kept_.erase(std::unique(kept_.begin(), kept_.end()), kept_.end());
  }

  // The bytes that only replaced or dropped strings used become zero.
  void zero_replaced() {
    std::set<uint64_t> replaced(changes_.dropped_strings.begin(), changes_.dropped_strings.end());
    for (const StringSlot& slot : changes_.slots)
      if (slot.changed && slot.old_offset) replaced.insert(*slot.old_offset);
    for (const uint64_t begin : replaced) {
      if (begin == 0 || end_of(begin) + 1 > table_.size()) continue;
      const uint64_t end = free_end(begin);
      if (end <= begin) continue;
      std::fill(table_.begin() + static_cast<ptrdiff_t>(begin),
                table_.begin() + static_cast<ptrdiff_t>(end), '\0');
    }
  }

  // Up to where the string at `begin` is used by no kept reference: its end, NUL included, or the
  // first kept reference into its tail; `begin` when a kept string covers it whole.
  uint64_t free_end(uint64_t begin) const {
    const uint64_t nul = end_of(begin);
    const auto next = std::lower_bound(kept_.begin(), kept_.end(), begin);
    if (next != kept_.begin() && end_of(*(next - 1)) >= nul) return begin;
    if (next != kept_.end() && *next <= nul) return *next;
    return nul + 1;
  }

  // Zeros that end no string and that nobody refers to: what this and earlier edits have freed.
  void find_gaps() {
    auto next_kept = kept_.begin();
    for (size_t begin = table_.find('\0'); begin < table_.size();) {
      ++begin;  // ends the string before it, or is the empty string
      const size_t text = std::min(table_.find_first_not_of('\0', begin), table_.size());
      while (next_kept != kept_.end() && *next_kept < begin) ++next_kept;
      while (next_kept != kept_.end() && *next_kept < text) {
        add_gap(begin, *next_kept);
        begin = *next_kept + 1;
        ++next_kept;
      }
      add_gap(begin, text);
      begin = table_.find('\0', text);
    }
  }
  void add_gap(uint64_t begin, uint64_t end) {
    if (begin < end) gaps_.push_back({begin, end});
  }

  void place_changed_slots() {
    const auto unplaced = std::count(placed_.begin(), placed_.end(), std::nullopt);
    if (unplaced == 0) return;
    if (!rebuild_) find_gaps();
    if (unplaced > kFewStrings) index_strings();
    for (size_t i = 0; i < changes_.slots.size(); ++i)
      if (!placed_[i]) placed_[i] = place(changes_.slots[i].text);
  }

  uint64_t place(const std::string& text) {
    if (text.empty()) return 0;
    if (const auto offset = find_existing(text)) return *offset;
    const uint64_t offset = reuse_or_append(text);
    if (!index_.empty()) index_.emplace(text, offset);
    return offset;
  }

  // In the smallest gap that is large enough.
  uint64_t reuse_or_append(const std::string& text) {
    Range* best = nullptr;
    for (Range& gap : gaps_)
      if (gap.size() > text.size() && (!best || gap.size() < best->size())) best = &gap;
    if (best != nullptr) {
      const uint64_t offset = best->begin;
      table_.replace(static_cast<size_t>(offset), text.size(), text);
      best->begin += text.size() + 1;
      return offset;
    }
    const uint64_t offset = table_.size();
    table_ += text;
    table_ += '\0';
    return offset;
  }

  // The same string, or one that ends in it: everything left in the table stays. Where there are
  // many to look for, tails are left out.
  std::optional<uint64_t> find_existing(const std::string& text) const {
    if (!index_.empty()) {
      const auto found = index_.find(text);
      if (found == index_.end()) return std::nullopt;
      return found->second;
    }
    const std::string wanted = text + '\0';
    const size_t found = table_.find(wanted);
    if (found == std::string::npos) return std::nullopt;
    return found;
  }

  void index_strings() {
    for (size_t begin = 0; begin < table_.size();) {
      const size_t end = table_.find('\0', begin);
      if (end == std::string::npos) break;
      if (end > begin) index_.emplace(table_.substr(begin, end - begin), begin);
      begin = end + 1;
    }
  }

  // Beyond so many a search through the table for each would take seconds on large ones.
  static constexpr ptrdiff_t kFewStrings = 64;

  const FileFacts& facts_;
  const ElfFile& file_;
  const Changes& changes_;
  const std::string_view original_;
  std::string table_;
  const bool rebuild_;
  std::vector<uint64_t> kept_;  // sorted offsets of references that stay
  uint64_t fixed_end_ = 0;
  std::vector<Range> gaps_;
  std::unordered_map<std::string, uint64_t> index_;  // of whole strings, when many are wanted
  std::vector<std::optional<uint64_t>> placed_;
};

}  // namespace

DynstrPlan plan_dynstr(const FileFacts& facts, const Changes& changes, bool rebuild) {
  DynstrPlan plan = DynstrBuilder(facts, changes, rebuild).plan();
  // A table that has to move is laid out as the next rebuild of it would be, so that one and the
  // same request always ends in the same bytes.
  if (!rebuild && plan.grown) {
    plan = DynstrBuilder(facts, changes, true).plan();
    plan.grown = true;
  }
  return plan;
}

}  // namespace elfwheel::elf
