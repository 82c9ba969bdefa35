// Symbols and versions -> bytes: what plan_version_changes and plan_symbol_renames decided.
// Every table is read from the old file and written at its new place, so that an order in which
// one is written after another plays no part.

#include <algorithm>

#include "elf/read/name_hash.h"
#include "elf/read/raw.h"
#include "elf/read/table_at.h"
#include "elf/write/encode.h"
#include "elf/write/hash_tables.h"

namespace elfwheel::elf {
namespace {

using namespace raw_layout;

template <class E>
class SymbolEncoder {
 public:
  SymbolEncoder(const FileFacts& facts, const Changes& changes, const DynstrPlan& dynstr,
                const Layout& layout, ImagePatch& image)
      : facts_(facts),
        file_(facts.file),
        changes_(changes),
        dynstr_(dynstr),
        layout_(layout),
        image_(image) {}

  std::optional<uint64_t> encode_versions() {
    write_version_base();
    write_unversioned();
    if (changes_.needs_dropped) return write_needs_anew();
    write_need_files();
    return std::nullopt;
  }

  void encode_symbol_names() {
    if (changes_.renamed.empty()) return;
    if (!changes_.new_index.empty()) {
      write_symbols_in_order();
      write_relocations();
    }
    for (const RenamedSymbol& each : changes_.renamed) {
      const uint64_t at = new_offset(DT_SYMTAB) +
                          changes_.index_of(static_cast<uint32_t>(each.symbol)) * sizeof(Sym<E>);
      auto symbol = image_.read_value<Sym<E>>(at);
      symbol.st_name = static_cast<uint32_t>(dynstr_.offsets[each.slot]);
      image_.write_value(at, symbol);
    }
    write_hash_tables();
  }

 private:
  // The file offset of what a dynamic entry points at, in the old file and in the new one.
  uint64_t old_offset(uint64_t tag) const {
    const auto offset = file_.addresses().find_offset(Vaddr{file_.find_dynamic(tag).value_or(0)});
    return raw(offset.value_or(FileOffset{0}));
  }
  uint64_t new_offset(uint64_t tag) const { return layout_.moved_offset(old_offset(tag)); }

  void write_need_files() {
    uint64_t at = changes_.needs.empty() ? 0 : new_offset(DT_VERNEED);
    for (const PlannedNeed& planned : changes_.needs) {
      auto need = image_.read_value<Verneed<E>>(at);
      need.vn_file = static_cast<uint32_t>(dynstr_.offsets[planned.slot]);
      image_.write_value(at, need);
      at += need.vn_next;
    }
  }

  struct OldNeed {
    Verneed<E> head;
    std::vector<Vernaux<E>> versions;
  };
  // The table as it stands in the old file; `size` becomes its extent.
  std::vector<OldNeed> read_old_needs(uint64_t& size) const {
    const Bytes bytes =
        bytes_from(file_, Vaddr{file_.find_dynamic(DT_VERNEED).value_or(0)}, "DT_VERNEED");
    std::vector<OldNeed> needs;
    uint64_t at = 0;
    for (const VersionNeed& fact : facts_.needs) {
      OldNeed need{bytes.read<Verneed<E>>(at, "DT_VERNEED"), {}};
      size = std::max<uint64_t>(size, at + sizeof(Verneed<E>));
      uint64_t aux_at = at + need.head.vn_aux;
      while (need.versions.size() < fact.versions.size()) {
        need.versions.push_back(bytes.read<Vernaux<E>>(aux_at, "DT_VERNEED entry"));
        size = std::max<uint64_t>(size, aux_at + sizeof(Vernaux<E>));
        aux_at += need.versions.back().vna_next;
      }
      at += need.head.vn_next;
      needs.push_back(std::move(need));
    }
    return needs;
  }

  // What remains of the needs, closed up; zeros where the rest was.
  uint64_t write_needs_anew() {
    uint64_t old_size = 0;
    const std::vector<OldNeed> old_needs = read_old_needs(old_size);
    const uint64_t begin = new_offset(DT_VERNEED);
    image_.zero(begin, old_size);
    uint64_t at = begin;
    for (const PlannedNeed& planned : changes_.needs) {
      const OldNeed& old = old_needs[planned.need];
      const uint64_t size = sizeof(Verneed<E>) + planned.versions.size() * sizeof(Vernaux<E>);
      Verneed<E> head = old.head;
      head.vn_cnt = static_cast<uint16_t>(planned.versions.size());
      head.vn_file = static_cast<uint32_t>(dynstr_.offsets[planned.slot]);
      head.vn_aux = planned.versions.empty() ? 0U : uint32_t{sizeof(Verneed<E>)};
      head.vn_next = &planned == &changes_.needs.back() ? 0U : static_cast<uint32_t>(size);
      image_.write_value(at, head);
      uint64_t aux_at = at + sizeof(Verneed<E>);
      for (const size_t version : planned.versions) {
        Vernaux<E> aux = old.versions[version];
        aux.vna_next = version == planned.versions.back() ? 0U : uint32_t{sizeof(Vernaux<E>)};
        image_.write_value(aux_at, aux);
        aux_at += sizeof(Vernaux<E>);
      }
      at += size;
    }
    return at - begin;
  }

  // The definition with VER_FLG_BASE: its first auxiliary entry names it, vd_hash is that name's
  // SysV hash (LSB Core, "Version Definitions").
  void write_version_base() {
    if (!changes_.base_slot) return;
    uint64_t at = new_offset(DT_VERDEF);
    for (uint64_t i = 0; i < file_.find_dynamic(DT_VERDEFNUM).value_or(0); ++i) {
      auto verdef = image_.read_value<Verdef<E>>(at);
      if ((verdef.vd_flags & VER_FLG_BASE) != 0) {
        const uint64_t aux_at = at + verdef.vd_aux;
        auto aux = image_.read_value<Verdaux<E>>(aux_at);
        aux.vda_name = static_cast<uint32_t>(dynstr_.offsets[*changes_.base_slot]);
        image_.write_value(aux_at, aux);
        if (changes_.slots[*changes_.base_slot].changed) {
          verdef.vd_hash = sysv_hash(changes_.slots[*changes_.base_slot].text);
          image_.write_value(at, verdef);
        }
        return;
      }
      if (verdef.vd_next == 0) return;
      at += verdef.vd_next;
    }
  }

  void write_unversioned() {
    const uint64_t table = new_offset(DT_VERSYM);
    if (changes_.versions_gone) {
      image_.zero(table, facts_.symbols.size() * sizeof(typename E::Half));
      return;
    }
    for (const size_t symbol : changes_.unversioned)
      image_.write_value(table + symbol * sizeof(typename E::Half),
                         typename E::Half(uint16_t{VER_NDX_GLOBAL}));
  }

  // Rows of the symbol table and of DT_VERSYM, each at its new index.
  void write_symbols_in_order() {
    const bool versioned = file_.find_dynamic(DT_VERSYM).has_value();
    const Bytes symbols = file_.bytes().sub(old_offset(DT_SYMTAB),
                                            facts_.symbols.size() * sizeof(Sym<E>), "DT_SYMTAB");
    const std::vector<std::byte> versions =
        versioned ? image_.read(new_offset(DT_VERSYM), facts_.symbols.size() * 2)
                  : std::vector<std::byte>();
    for (size_t i = 0; i < facts_.symbols.size(); ++i) {
      const uint64_t to = changes_.index_of(static_cast<uint32_t>(i));
      if (to == i) continue;
      image_.write(new_offset(DT_SYMTAB) + to * sizeof(Sym<E>),
                   symbols.sub(i * sizeof(Sym<E>), sizeof(Sym<E>), "DT_SYMTAB"));
      if (versioned)
        image_.write(new_offset(DT_VERSYM) + to * 2, Bytes(versions).sub(i * 2, 2, "DT_VERSYM"));
    }
  }

  void write_relocations() {
    const bool plt_rela = file_.find_dynamic(DT_PLTREL).value_or(DT_RELA) == DT_RELA;
    write_relocation_table(DT_RELA, DT_RELASZ, 3);
    write_relocation_table(DT_REL, DT_RELSZ, 2);
    write_relocation_table(DT_JMPREL, DT_PLTRELSZ, plt_rela ? 3 : 2);
  }

  // r_info holds the symbol above bit 32 in the 64-bit form, above bit 8 in the 32-bit one.
  void write_relocation_table(uint64_t table_tag, uint64_t size_tag, uint64_t words) {
    const auto address = file_.find_dynamic(table_tag);
    const uint64_t size = file_.find_dynamic(size_tag).value_or(0);
    if (!address || size == 0) return;
    constexpr uint64_t kWord = sizeof(typename E::Addr);
    constexpr int kShift = E::kIs64 ? 32 : 8;
    const Bytes bytes = bytes_from(file_, Vaddr{*address}, "relocations");
    for (uint64_t at = 0; at + words * kWord <= size; at += words * kWord) {
      const uint64_t info = bytes.read<typename E::Addr>(at + kWord, "relocations");
      const auto symbol = static_cast<uint32_t>(info >> kShift);
      const uint64_t moved = changes_.index_of(symbol);
      if (moved == symbol) continue;
      const uint64_t rest = info & ((uint64_t{1} << kShift) - 1);
      using Native = typename E::NativeWord;
      image_.write_value(old_offset(table_tag) + at + kWord,
                         typename E::Addr(static_cast<Native>((moved << kShift) | rest)));
    }
  }

  void write_hash_tables() {
    std::vector<std::string_view> names(facts_.symbols.size());
    for (size_t i = 0; i < names.size(); ++i)
      names[changes_.index_of(static_cast<uint32_t>(i))] = facts_.symbols[i].name;
    for (const RenamedSymbol& each : changes_.renamed)
      names[changes_.index_of(static_cast<uint32_t>(each.symbol))] = changes_.slots[each.slot].text;
    if (file_.find_dynamic(DT_GNU_HASH))
      image_.write(new_offset(DT_GNU_HASH), Bytes(encode_gnu_hash(facts_, names)));
    if (file_.find_dynamic(DT_HASH))
      image_.write(new_offset(DT_HASH), Bytes(encode_sysv_hash(facts_, changes_, names)));
  }

  const FileFacts& facts_;
  const ElfFile& file_;
  const Changes& changes_;
  const DynstrPlan& dynstr_;
  const Layout& layout_;
  ImagePatch& image_;
};

}  // namespace

std::optional<uint64_t> encode_versions(const FileFacts& facts, const Changes& changes,
                                        const DynstrPlan& dynstr, const Layout& layout,
                                        ImagePatch& image) {
  return dispatch_on(facts.file, [&](auto kind) {
    return SymbolEncoder<decltype(kind)>(facts, changes, dynstr, layout, image).encode_versions();
  });
}

void encode_symbol_names(const FileFacts& facts, const Changes& changes, const DynstrPlan& dynstr,
                         const Layout& layout, ImagePatch& image) {
  dispatch_on(facts.file, [&](auto kind) {
    SymbolEncoder<decltype(kind)>(facts, changes, dynstr, layout, image).encode_symbol_names();
  });
}

}  // namespace elfwheel::elf
