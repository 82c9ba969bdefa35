// Native values -> on-disk structures of the file's class and byte order, at the places that the
// layout gave them. Every pointer to something that moved follows: program headers, dynamic
// entries, section headers, symbols of moved sections, and the GOT's word for the dynamic section.

#include "elf/write/encode.h"

#include <algorithm>

#include "elf/read/raw.h"
#include "elf/read/table_at.h"
#include "elf/write/image_patch.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::elf {
namespace {

using namespace raw_layout;

template <class E>
class ImageEncoder {
 public:
  ImageEncoder(const ElfFile& file, const std::vector<Section>& sections, const Changes& changes,
               const DynstrPlan& dynstr, const Layout& layout)
      : file_(file),
        sections_(sections),
        changes_(changes),
        dynstr_(dynstr),
        layout_(layout),
        image_(file.bytes(), layout.file_size) {}

  Rewrite encode() {
    for (const auto& [offset, size] : layout_.freed) image_.zero(offset, size);
    for (const Move& move : layout_.moves)
      image_.write(raw(move.offset),
                   file_.bytes().sub(raw(move.from.offset), move.from.size, "chunk"));
    // Beyond this point every table is written at its new place, never at its old one.
    image_.write(raw(layout_.strings_offset), Bytes(dynstr_.table));
    write_version_needs();
    write_version_base();
    write_dynamic();
    write_symbols();
    write_sections();
    write_got();
    for (const Layout::Tail& tail : layout_.tails) write_tail(tail);
    write_segments();
    write_header();
    return image_.finish();
  }

 private:
  using Native = typename E::NativeWord;

  static Native native(uint64_t value) { return static_cast<Native>(value); }

  // Where a byte of a moved chunk is now; other offsets stay.
  uint64_t moved_offset(uint64_t offset) const {
    for (const Move& move : layout_.moves)
      if (offset >= raw(move.from.offset) && offset - raw(move.from.offset) < move.from.size)
        return raw(move.offset) + (offset - raw(move.from.offset));
    return offset;
  }
  std::optional<uint64_t> moved_address(uint64_t address) const {
    for (const Move& move : layout_.moves)
      if (address >= raw(move.from.address) && address - raw(move.from.address) < move.from.size)
        return raw(move.address) + (address - raw(move.from.address));
    return std::nullopt;
  }
  // The file offset, in the new file, of what a dynamic entry points at.
  uint64_t table_offset(uint64_t tag) const {
    const auto offset = file_.addresses().find_offset(Vaddr{file_.find_dynamic(tag).value_or(0)});
    return moved_offset(raw(offset.value_or(FileOffset{0})));
  }

  void write_version_needs() {
    uint64_t at = changes_.need_slots.empty() ? 0 : table_offset(DT_VERNEED);
    for (const size_t slot : changes_.need_slots) {
      auto need = read_back<Verneed<E>>(at);
      need.vn_file = static_cast<uint32_t>(dynstr_.offsets[slot]);
      image_.write_value(at, need);
      at += need.vn_next;
    }
  }

  // The definition with VER_FLG_BASE: its first auxiliary entry names it, vd_hash is that name's
  // SysV hash (LSB Core, "Version Definitions").
  void write_version_base() {
    if (!changes_.base_slot) return;
    uint64_t at = table_offset(DT_VERDEF);
    for (uint64_t i = 0; i < file_.find_dynamic(DT_VERDEFNUM).value_or(0); ++i) {
      auto verdef = read_back<Verdef<E>>(at);
      if ((verdef.vd_flags & VER_FLG_BASE) != 0) {
        const uint64_t aux_at = at + verdef.vd_aux;
        auto aux = read_back<Verdaux<E>>(aux_at);
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

  // gABI chapter 5, "Hash Table".
  static uint32_t sysv_hash(const std::string& name) {
    uint32_t hash = 0;
    for (const char character : name) {
      hash = (hash << 4) + static_cast<unsigned char>(character);
      const uint32_t high = hash & 0xf0000000U;
      if (high != 0) hash ^= high >> 24;
      hash &= ~high;
    }
    return hash;
  }

  void write_dynamic() {
    std::vector<Dyn<E>> entries(static_cast<size_t>(layout_.dynamic_capacity));
    for (size_t i = 0; i < changes_.entries.size(); ++i) {
      const PlannedEntry& entry = changes_.entries[i];
      entries[i].d_tag = native(entry.tag);
      entries[i].d_val = native(entry_value(entry));
    }
    for (size_t i = changes_.entries.size(); i < entries.size(); ++i) {
      entries[i].d_tag = 0;
      entries[i].d_val = 0;
    }
    image_.write(raw(layout_.dynamic_offset), {reinterpret_cast<const std::byte*>(entries.data()),
                                               entries.size() * sizeof(Dyn<E>)});
  }

  uint64_t entry_value(const PlannedEntry& entry) const {
    if (entry.slot) return dynstr_.offsets[*entry.slot];
    switch (entry.tag) {
      case DT_STRTAB:
        return raw(layout_.strings_address);
      case DT_STRSZ:
        return layout_.strings_size;
      case DT_HASH:
      case DT_GNU_HASH:
      case DT_SYMTAB:
      case DT_VERSYM:
      case DT_VERNEED:
      case DT_VERDEF:
        return moved_address(entry.value).value_or(entry.value);
      default:
        return entry.value;
    }
  }

  bool is_strings(const Section& section) const {
    return section.sh_type == SHT_STRTAB && (section.sh_flags & SHF_ALLOC) != 0 &&
           raw(section.sh_addr) == file_.find_dynamic(DT_STRTAB);
  }
  bool is_dynamic(const Section& section) const {
    return section.sh_type == SHT_DYNAMIC && section.sh_addr == file_.dynamic_address();
  }
  struct Place {
    uint64_t address;
    uint64_t offset;
    uint64_t size;
  };
  // Where a section is in the new file, if it is one that may move. Its file offset may change
  // while its address stays: strip(1) puts things behind a segment of ours.
  std::optional<Place> new_place(const Section& section) const {
    if ((section.sh_flags & SHF_ALLOC) == 0 || section.sh_type == SHT_NOBITS) return std::nullopt;
    if (is_strings(section))
      return Place{raw(layout_.strings_address), raw(layout_.strings_offset), layout_.strings_size};
    if (is_dynamic(section) && (layout_.dynamic_offset != file_.dynamic_offset() ||
                                layout_.dynamic_capacity != file_.dynamic_capacity()))
      return Place{raw(layout_.dynamic_address), raw(layout_.dynamic_offset),
                   layout_.dynamic_capacity * sizeof(Dyn<E>)};
    const auto address = moved_address(raw(section.sh_addr));
    if (!address) return std::nullopt;
    return Place{*address, moved_offset(raw(section.sh_offset)), section.sh_size};
  }

  // Symbols defined in a section that moved go with it: __abi_tag, _DYNAMIC, section symbols.
  void write_symbols() {
    // By section: how far it moved in the address space, modulo 2^64.
    std::vector<uint64_t> distance(sections_.size(), 0);
    for (size_t i = 0; i < sections_.size(); ++i)
      if (const auto place = new_place(sections_[i]))
        distance[i] = place->address - raw(sections_[i].sh_addr);
    if (std::all_of(distance.begin(), distance.end(), [](uint64_t d) { return d == 0; })) return;
    for (const Section& table : sections_) {
      if (table.sh_type != SHT_SYMTAB && table.sh_type != SHT_DYNSYM) continue;
      if (table.sh_entsize != sizeof(Sym<E>)) continue;
      const Bytes bytes = file_.bytes().sub(raw(table.sh_offset), table.sh_size, "symbol table");
      const uint64_t at = moved_offset(raw(table.sh_offset));
      for (uint64_t i = 0; i < table.sh_size / sizeof(Sym<E>); ++i) {
        auto symbol = bytes.read<Sym<E>>(i * sizeof(Sym<E>), "symbol");
        const uint16_t index = symbol.st_shndx;
        if (index >= SHN_LORESERVE || index >= distance.size() || distance[index] == 0) continue;
        symbol.st_value = native(symbol.st_value + distance[index]);
        image_.write_value(at + i * sizeof(Sym<E>), symbol);
      }
    }
  }

  void write_sections() {
    for (size_t i = 0; i < sections_.size(); ++i) {
      const uint64_t distance = i * file_.header().e_shentsize;
      auto shdr =
          file_.bytes().read<Shdr<E>>(raw(file_.header().e_shoff) + distance, "section header");
      if (const auto place = new_place(sections_[i])) {
        shdr.sh_addr = native(place->address);
        shdr.sh_offset = native(place->offset);
        shdr.sh_size = native(place->size);
      }
      pending_sections_.emplace_back(raw(layout_.shoff) + distance, shdr);
    }
  }

  // GOT[0] is the link-time address of the dynamic section on x86, Arm and others (psABIs).
  void write_got() {
    if (layout_.dynamic_address == file_.dynamic_address()) return;
    const auto got = file_.find_dynamic(DT_PLTGOT);
    if (!got) return;
    const auto offset = file_.addresses().find_offset(Vaddr{*got}, sizeof(typename E::Addr));
    if (!offset) return;
    const auto word = file_.bytes().read<typename E::Addr>(raw(*offset), "DT_PLTGOT");
    if (word != native(raw(file_.dynamic_address()))) return;
    image_.write_value(raw(*offset), typename E::Addr(native(raw(layout_.dynamic_address))));
  }

  void write_tail(const Layout::Tail& tail) {
    image_.write(raw(tail.to), file_.bytes().sub(raw(tail.from), tail.size, "appended data"));
  }

  void write_segments() {
    // Section headers were held back: a tail may have put the whole table elsewhere.
    for (const auto& [offset, shdr] : pending_sections_) image_.write_value(offset, shdr);
    uint64_t at = raw(layout_.phoff);
    for (const Segment& segment : layout_.segments) {
      Phdr<E> phdr;
      phdr.p_type = segment.p_type;
      phdr.p_flags = segment.p_flags;
      phdr.p_offset = native(raw(segment.p_offset));
      phdr.p_vaddr = native(raw(segment.p_vaddr));
      phdr.p_paddr = native(segment.p_paddr);
      phdr.p_filesz = native(segment.p_filesz);
      phdr.p_memsz = native(segment.p_memsz);
      phdr.p_align = native(segment.p_align);
      image_.write_value(at, phdr);
      at += file_.header().e_phentsize;
    }
  }

  void write_header() {
    auto ehdr = file_.bytes().read<Ehdr<E>>(0, "ELF header");
    ehdr.e_phoff = native(raw(layout_.phoff));
    ehdr.e_shoff = native(raw(layout_.shoff));
    if (ehdr.e_phnum != PN_XNUM) ehdr.e_phnum = static_cast<uint16_t>(layout_.segments.size());
    image_.write_value(0, ehdr);
  }

  template <class T>
  T read_back(uint64_t offset) const {
    const std::vector<std::byte> bytes = image_.read(offset, sizeof(T));
    T value;
    std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }

  const ElfFile& file_;
  const std::vector<Section>& sections_;
  const Changes& changes_;
  const DynstrPlan& dynstr_;
  const Layout& layout_;
  ImagePatch image_;
  std::vector<std::pair<uint64_t, Shdr<E>>> pending_sections_;
};

}  // namespace

Rewrite encode_image(const ElfFile& file, const std::vector<Section>& sections,
                     const Changes& changes, const DynstrPlan& dynstr, const Layout& layout) {
  return dispatch_on(file, [&](auto kind) {
    return ImageEncoder<decltype(kind)>(file, sections, changes, dynstr, layout).encode();
  });
}

}  // namespace elfwheel::elf
