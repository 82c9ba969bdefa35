#include "elf/write/check_untouched.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

// Whether `rewrite` changes one of the bytes [begin, begin + size). An overwrite may span bytes
// that it leaves as they are.
bool changes_bytes(Bytes original, const Rewrite& rewrite, uint64_t begin, uint64_t size) {
  if (rewrite.carried && size != 0 && begin + size > rewrite.patched_size()) return true;
  for (const Overwrite& overwrite : rewrite.overwrites) {
    const uint64_t from = std::max(raw(overwrite.offset), begin);
    const uint64_t to = std::min(raw(overwrite.offset) + overwrite.bytes.size(), begin + size);
    if (from >= to) continue;
    const Bytes before = original.sub(from, to - from, "old bytes");
    const Bytes after =
        Bytes(overwrite.bytes).sub(from - raw(overwrite.offset), to - from, "new bytes");
    if (before.text() != after.text()) return true;
  }
  return false;
}

void check_code(const PlannedEdit& edit) {
  for (const Section& section : edit.facts.sections) {
    if ((section.sh_flags & SHF_EXECINSTR) == 0 || section.sh_type == SHT_NOBITS ||
        section.sh_size == 0)
      continue;
    const Bytes bytes = edit.facts.file.bytes();
    bytes.sub(raw(section.sh_offset), section.sh_size, section.name);
    if (changes_bytes(bytes, edit.rewrite, raw(section.sh_offset), section.sh_size))
      throw Error(ErrorCode::kCorrupt,
                  "section headers and dynamic section contradict each other: the edit would "
                  "change code in " +
                      section.name);
  }
}

void check_table(const PlannedEdit& edit, uint64_t address_tag, uint64_t size_tag) {
  const ElfFile& file = edit.facts.file;
  const auto address = file.find_dynamic(address_tag);
  const uint64_t size = file.find_dynamic(size_tag).value_or(0);
  if (!address || size == 0) return;
  // One that no segment holds whole, the loader does not read either.
  const auto offset = file.addresses().find_offset(Vaddr{*address}, size);
  if (offset && changes_bytes(file.bytes(), edit.rewrite, raw(*offset), size))
    throw Error(ErrorCode::kCorrupt, "the file contradicts itself: the edit would change what " +
                                         dyn_tag_name(address_tag) +
                                         " leads to; nothing was written");
}

}  // namespace

void check_untouched(const PlannedEdit& edit) {
  check_code(edit);
  for (const auto& [table, size] : kSizedTables) {
    const bool names_symbols = table == DT_RELA || table == DT_REL || table == DT_JMPREL;
    if (!names_symbols || edit.changes.new_index.empty()) check_table(edit, table, size);
  }
}

}  // namespace elfwheel::elf
