// Native values -> on-disk structures of the file's class and byte order, at the places that the
// layout gave them. Every pointer to something that moved follows: program headers, dynamic
// entries, section headers, symbols of moved sections, and the GOT's word for the dynamic section.

#include "elf/write/encode.h"

#include <algorithm>

#include "elf/read/raw.h"
#include "elf/read/table_at.h"
#include "elf/write/encode_segment.h"
#include "elf/write/image_patch.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::elf {
namespace {

using namespace raw_layout;

template <class E>
class ImageEncoder {
 public:
  ImageEncoder(const FileFacts& facts, const Changes& changes, const DynstrPlan& dynstr,
               const Layout& layout)
      : facts_(facts),
        file_(facts.file),
        sections_(facts.sections),
        changes_(changes),
        dynstr_(dynstr),
        layout_(layout),
        image_(facts.file.bytes(), layout.file_size) {}

  Rewrite encode() {
    if (layout_.carried) image_.carry(*layout_.carried);
    if (changes_.has_tables) encode_tables();
    write_segments();
    write_header();
    return image_.finish();
  }

 private:
  using Native = typename E::NativeWord;

  static Native native(uint64_t value) { return static_cast<Native>(value); }

  void encode_tables() {
    for (const auto& [offset, size] : layout_.freed) image_.zero(offset, size);
    for (const Move& move : layout_.moves) write_moved(move);
    if (layout_.new_section && layout_.new_section->names_offset)
      image_.write(raw(*layout_.new_section->names_offset), Bytes(layout_.new_section->names));
    // Beyond this point every table is written at its new place, never at its old one.
    image_.write(raw(layout_.strings_offset), Bytes(dynstr_.table));
    verneed_size_ = encode_versions(facts_, changes_, dynstr_, layout_, image_);
    encode_symbol_names(facts_, changes_, dynstr_, layout_, image_);
    write_interpreter_in_place();
    write_dynamic();
    write_symbols();
    write_sections();
    write_new_section();
    write_got();
  }

  void write_moved(const Move& move) {
    const uint64_t at = raw(move.offset);
    switch (move.content) {
      case Move::Content::kOld:
        image_.write(at, file_.bytes().sub(raw(move.from.offset), move.size, "chunk"));
        break;
      case Move::Content::kInterpreter:
        image_.write(at, interpreter_bytes());
        break;
      case Move::Content::kCacheNote:
        image_.write(at, Bytes(changes_.cache_note->content));
        break;
    }
  }

  Bytes interpreter_bytes() const {
    return Bytes(std::string_view(changes_.interpreter->c_str(), changes_.interpreter->size() + 1));
  }

  // Zeros behind a shorter text keep the room that PT_INTERP has for a longer one; the kernel wants
  // a NUL as its last byte, and everybody reads up to the first.
  void write_interpreter_in_place() {
    if (!changes_.interpreter) return;
    for (const Move& move : layout_.moves)
      if (move.content == Move::Content::kInterpreter) return;
    const Segment& segment = *file_.find_segment(PT_INTERP);
    image_.zero(raw(segment.p_offset), segment.p_filesz);
    image_.write(raw(segment.p_offset), interpreter_bytes());
  }

  void write_dynamic() {
    std::vector<Dyn<E>> entries(static_cast<size_t>(layout_.dynamic_capacity));
    for (size_t i = 0; i < changes_.entries.size(); ++i) {
      const PlannedEntry& entry = changes_.entries[i];
      entries[i].d_tag = native(entry.tag);
      entries[i].d_val = native(entry_value(entry) - distance_moved(entry, i));
    }
    for (size_t i = changes_.entries.size(); i < entries.size(); ++i) {
      entries[i].d_tag = 0;
      entries[i].d_val = 0;
    }
    image_.write(raw(layout_.dynamic_offset), {reinterpret_cast<const std::byte*>(entries.data()),
                                               entries.size() * sizeof(Dyn<E>)});
  }

  // One value is relative to the address of its own entry: MIPS programs' DT_MIPS_RLD_MAP_REL.
  uint64_t distance_moved(const PlannedEntry& entry, size_t index) const {
    if (file_.header().e_machine != EM_MIPS || entry.tag != kMipsRldMapRel) return 0;
    const std::vector<DynEntry>& old = file_.dynamic();
    const auto at = std::find_if(old.begin(), old.end(),
                                 [&](const DynEntry& other) { return other.tag == entry.tag; });
    const auto old_index = static_cast<uint64_t>(at - old.begin());
    return raw(layout_.dynamic_address) + index * sizeof(Dyn<E>) -
           (raw(file_.dynamic_address()) + old_index * sizeof(Dyn<E>));
  }

  uint64_t entry_value(const PlannedEntry& entry) const {
    if (entry.slot) return dynstr_.offsets[*entry.slot];
    switch (entry.tag) {
      case DT_STRTAB:
        return raw(layout_.strings_address);
      case DT_STRSZ:
        return layout_.strings_size;
      case DT_VERNEEDNUM:
        return changes_.needs_dropped ? changes_.needs.size() : entry.value;
      case DT_HASH:
      case DT_GNU_HASH:
      case DT_SYMTAB:
      case DT_VERSYM:
      case DT_VERNEED:
      case DT_VERDEF:
        return layout_.moved_address(entry.value).value_or(entry.value);
      default:
        return entry.value;
    }
  }

  bool is_strings(const Section& section) const {
    return section.sh_type == SHT_STRTAB && (section.sh_flags & SHF_ALLOC) != 0 &&
           raw(section.sh_addr) == file_.find_dynamic(DT_STRTAB);
  }
  // A table that nothing is left of gives its header back; the indices of the others stay.
  bool is_gone(const Section& section) const {
    const uint64_t address = raw(section.sh_addr);
    if (section.sh_type == SHT_GNU_verneed)
      return verneed_size_ == 0 && address == file_.find_dynamic(DT_VERNEED);
    return section.sh_type == SHT_GNU_versym && changes_.versions_gone &&
           address == file_.find_dynamic(DT_VERSYM);
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
    const auto address = layout_.moved_address(raw(section.sh_addr));
    if (!address) return std::nullopt;
    const uint64_t offset = layout_.moved_offset(raw(section.sh_offset));
    for (const Move& move : layout_.moves)
      if (raw(move.offset) == offset && move.size != move.from.size)
        return Place{*address, offset, move.size};
    return Place{*address, offset, section.sh_size};
  }

  // Symbols defined in a section that moved go with it: __abi_tag, _DYNAMIC, section symbols.
  void write_symbols() {
    // By section: how far it moved in the address space, modulo 2^64.
    std::vector<uint64_t> distance(sections_.size(), 0);
    for (size_t i = 0; i < sections_.size(); ++i) {
      if (const auto place = new_place(sections_[i]))
        distance[i] = place->address - raw(sections_[i].sh_addr);
      if (is_gone(sections_[i])) distance[i] = 0 - raw(sections_[i].sh_addr);
    }
    if (std::all_of(distance.begin(), distance.end(), [](uint64_t d) { return d == 0; })) return;
    for (const Section& table : sections_) {
      if (table.sh_type != SHT_SYMTAB && table.sh_type != SHT_DYNSYM) continue;
      if (table.sh_entsize != sizeof(Sym<E>)) continue;
      const Bytes bytes = file_.bytes().sub(raw(table.sh_offset), table.sh_size, "symbol table");
      const uint64_t at = layout_.moved_offset(raw(table.sh_offset));
      const bool dynamic = raw(table.sh_addr) == file_.find_dynamic(DT_SYMTAB);
      for (uint64_t i = 0; i < table.sh_size / sizeof(Sym<E>); ++i) {
        const uint16_t index = bytes.read<Sym<E>>(i * sizeof(Sym<E>), "symbol").st_shndx;
        if (index >= SHN_LORESERVE || index >= distance.size() || distance[index] == 0) continue;
        const uint64_t place = dynamic ? changes_.index_of(static_cast<uint32_t>(i)) : i;
        auto symbol = read_back<Sym<E>>(at + place * sizeof(Sym<E>));
        symbol.st_value = native(symbol.st_value + distance[index]);
        image_.write_value(at + place * sizeof(Sym<E>), symbol);
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
      if (verneed_size_ && sections_[i].sh_type == SHT_GNU_verneed &&
          raw(sections_[i].sh_addr) == file_.find_dynamic(DT_VERNEED)) {
        shdr.sh_size = native(*verneed_size_);
        shdr.sh_info = static_cast<uint32_t>(changes_.needs.size());
      }
      if (is_gone(sections_[i]) || layout_.gone_section == i) shdr = {};
      if (layout_.new_section && layout_.new_section->names_offset &&
          i == file_.header().e_shstrndx) {
        shdr.sh_offset = native(raw(*layout_.new_section->names_offset));
        shdr.sh_size = native(layout_.new_section->names.size());
      }
      pending_sections_.emplace_back(raw(layout_.shoff) + distance, shdr);
    }
  }

  void write_new_section() {
    if (!layout_.new_section) return;
    const NewSection& section = *layout_.new_section;
    const Move& note = layout_.moves[section.move];
    Shdr<E> shdr{};
    shdr.sh_name = static_cast<uint32_t>(section.sh_name);
    shdr.sh_type = uint32_t{SHT_NOTE};
    shdr.sh_flags = native(SHF_ALLOC);
    shdr.sh_addr = native(raw(note.address));
    shdr.sh_offset = native(raw(note.offset));
    shdr.sh_size = native(note.size);
    shdr.sh_addralign = 4;
    pending_sections_.emplace_back(raw(layout_.shoff) + section.index * file_.header().e_shentsize,
                                   shdr);
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

  void write_segments() {
    // Section headers were held back: the whole table may have moved.
    for (const auto& [offset, shdr] : pending_sections_) image_.write_value(offset, shdr);
    uint64_t at = raw(layout_.phoff);
    for (const Segment& segment : layout_.segments) {
      image_.write_value(at, encode_segment<E>(segment));
      at += file_.header().e_phentsize;
    }
  }

  void write_header() {
    auto ehdr = file_.bytes().read<Ehdr<E>>(0, "ELF header");
    ehdr.e_phoff = native(raw(layout_.phoff));
    ehdr.e_shoff = native(raw(layout_.shoff));
    if (ehdr.e_phnum != PN_XNUM) ehdr.e_phnum = static_cast<uint16_t>(layout_.segments.size());
    if (layout_.section_count != file_.header().e_shnum)
      ehdr.e_shnum = static_cast<uint16_t>(layout_.section_count);
    if (changes_.os_abi) ehdr.e_ident[kIdentOsAbi] = *changes_.os_abi;
    image_.write_value(0, ehdr);
  }

  template <class T>
  T read_back(uint64_t offset) const {
    return image_.read_value<T>(offset);
  }

  const FileFacts& facts_;
  const ElfFile& file_;
  const std::vector<Section>& sections_;
  const Changes& changes_;
  const DynstrPlan& dynstr_;
  const Layout& layout_;
  ImagePatch image_;
  std::optional<uint64_t> verneed_size_;
  std::vector<std::pair<uint64_t, Shdr<E>>> pending_sections_;
};

}  // namespace

Rewrite encode_image(const FileFacts& facts, const Changes& changes, const DynstrPlan& dynstr,
                     const Layout& layout) {
  return dispatch_on(facts.file, [&](auto kind) {
    return ImageEncoder<decltype(kind)>(facts, changes, dynstr, layout).encode();
  });
}

}  // namespace elfwheel::elf
