// Version needs and definitions (LSB Core, "Symbol Versioning"): lists whose links are offsets.
// Every link must lead forward, which bounds each walk by the bytes of its segment.

#include "elf/read/raw.h"
#include "elf/read/table_at.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::elf {
namespace {

using namespace raw_layout;

// Entries may share their auxiliary ones (CUDA's libraries do), so that a small hostile table could
// stand for millions: no honest one holds more than its bytes have room for.
class EntryBudget {
 public:
  EntryBudget(Bytes bytes, size_t entry_size, const char* what)
      : left_(bytes.size() / entry_size), what_(what) {}
  void take() {
    if (left_-- == 0)
      throw Error(ErrorCode::kCorrupt,
                  fmt::format("{}: more entries than its bytes can hold", what_));
  }

 private:
  uint64_t left_;
  const char* what_;
};

template <class E>
VersionNeed read_need(const ElfFile& file, Bytes bytes, uint64_t at, const Verneed<E>& need,
                      EntryBudget& budget) {
  VersionNeed result;
  result.file = file.dynamic_string(need.vn_file);
  uint64_t aux_at = at + need.vn_aux;
  for (uint16_t i = 0; i < need.vn_cnt; ++i) {
    budget.take();
    const auto aux = bytes.read<Vernaux<E>>(aux_at, "DT_VERNEED entry");
    const uint16_t other = aux.vna_other;
    result.versions.push_back({file.dynamic_string(aux.vna_name), aux.vna_hash, aux.vna_flags,
                               static_cast<uint16_t>(other & ~VERSYM_HIDDEN)});
    if (aux.vna_next == 0) break;
    aux_at += aux.vna_next;
  }
  return result;
}

template <class E>
std::vector<VersionNeed> read_needs(const ElfFile& file) {
  const auto address = file.find_dynamic(DT_VERNEED);
  if (!address) return {};
  const Bytes bytes = bytes_from(file, Vaddr{*address}, "DT_VERNEED");
  const uint64_t count = file.find_dynamic(DT_VERNEEDNUM).value_or(0);
  std::vector<VersionNeed> needs;
  EntryBudget budget(bytes, sizeof(Vernaux<E>), "DT_VERNEED");
  uint64_t at = 0;
  while (needs.size() < count) {
    const auto need = bytes.read<Verneed<E>>(at, "DT_VERNEED");
    needs.push_back(read_need<E>(file, bytes, at, need, budget));
    if (need.vn_next == 0) break;
    at += need.vn_next;
  }
  return needs;
}

template <class E>
DefinedVersion read_definition(const ElfFile& file, Bytes bytes, uint64_t at,
                               const Verdef<E>& verdef, EntryBudget& budget) {
  DefinedVersion result;
  result.flags = verdef.vd_flags;
  result.index = static_cast<uint16_t>(verdef.vd_ndx & ~VERSYM_HIDDEN);
  result.hash = verdef.vd_hash;
  uint64_t aux_at = at + verdef.vd_aux;
  result.name_entry = aux_at;
  for (uint16_t i = 0; i < verdef.vd_cnt; ++i) {
    budget.take();
    const auto aux = bytes.read<Verdaux<E>>(aux_at, "DT_VERDEF entry");
    const std::string_view name = file.dynamic_string(aux.vda_name);
    if (i == 0) result.name = name;
    if (i > 0) result.parents.push_back(name);
    if (aux.vda_next == 0) break;
    aux_at += aux.vda_next;
  }
  return result;
}

template <class E>
std::vector<DefinedVersion> read_definitions(const ElfFile& file) {
  const auto address = file.find_dynamic(DT_VERDEF);
  if (!address) return {};
  const Bytes bytes = bytes_from(file, Vaddr{*address}, "DT_VERDEF");
  const uint64_t count = file.find_dynamic(DT_VERDEFNUM).value_or(0);
  std::vector<DefinedVersion> definitions;
  EntryBudget budget(bytes, sizeof(Verdaux<E>), "DT_VERDEF");
  uint64_t at = 0;
  while (definitions.size() < count) {
    const auto verdef = bytes.read<Verdef<E>>(at, "DT_VERDEF");
    definitions.push_back(read_definition<E>(file, bytes, at, verdef, budget));
    if (verdef.vd_next == 0) break;
    at += verdef.vd_next;
  }
  return definitions;
}

}  // namespace

std::vector<VersionNeed> read_version_needs(const ElfFile& file) {
  return dispatch_on(file, [&](auto kind) { return read_needs<decltype(kind)>(file); });
}

std::vector<DefinedVersion> read_version_definitions(const ElfFile& file) {
  return dispatch_on(file, [&](auto kind) { return read_definitions<decltype(kind)>(file); });
}

}  // namespace elfwheel::elf
