#include "support/elf_builder.h"

#include <cstring>

namespace elfwheel::test {

namespace {

// Appends integers in the file's byte order; "words" are 4 or 8 bytes by the file's class.
class Writer {
 public:
  explicit Writer(const ElfSpec& spec)
      : is_64_(spec.elf_class == elf::ElfClass::kElf64),
        is_big_(spec.byte_order == elf::ByteOrder::kBig) {}

  bool is_64() const { return is_64_; }
  size_t size() const { return bytes_.size(); }
  std::vector<std::byte> take() { return std::move(bytes_); }

  void number(uint64_t value, size_t width) {
    for (size_t i = 0; i < width; ++i) {
      const size_t shift = 8 * (is_big_ ? width - 1 - i : i);
      bytes_.push_back(static_cast<std::byte>(value >> shift));
    }
  }
  void byte(uint64_t value) { number(value, 1); }
  void half(uint64_t value) { number(value, 2); }
  void four(uint64_t value) { number(value, 4); }
  void word(uint64_t value) { number(value, is_64_ ? 8 : 4); }
  void text(const std::string& text) {
    for (const char c : text) bytes_.push_back(static_cast<std::byte>(c));
  }
  void pad_to(size_t size) { bytes_.resize(size); }

 private:
  bool is_64_;
  bool is_big_;
  std::vector<std::byte> bytes_;
};

size_t align_up(size_t value) { return (value + 7) / 8 * 8; }

// The string table, and the dynamic entries that refer to it.
struct Strings {
  std::string table = std::string(1, '\0');
  std::vector<elf::DynEntry> entries;

  void add(uint64_t tag, const std::string& text) {
    entries.push_back({tag, table.size()});
    table += text;
    table += '\0';
  }
};

Strings collect_strings(const ElfSpec& spec) {
  Strings strings;
  for (const auto& name : spec.needed) strings.add(elf::DT_NEEDED, name);
  if (spec.soname) strings.add(elf::DT_SONAME, *spec.soname);
  if (spec.rpath) strings.add(elf::DT_RPATH, *spec.rpath);
  if (spec.runpath) strings.add(elf::DT_RUNPATH, *spec.runpath);
  for (const auto& [tag, text] : spec.strings) strings.add(tag, text);
  return strings;
}

// Offset = address of every part, in file order.
struct Layout {
  size_t header = 0, segment_count = 0, interp = 0, hash = 0, symbols = 0, strings = 0;
  size_t dynamic = 0, dynamic_entries = 0, payload = 0, end = 0;
};

constexpr size_t kHashSize = 16;  // nbucket, nchain, one bucket, one chain

Layout lay_out(const ElfSpec& spec, const Strings& strings) {
  const bool is_64 = spec.elf_class == elf::ElfClass::kElf64;
  Layout at;
  at.header = is_64 ? 64 : 52;
  at.segment_count = (spec.interp ? 5 : 3) + (spec.payload_is_notes ? 1 : 0);
  at.interp = at.header + at.segment_count * (is_64 ? 56 : 32);
  at.hash = align_up(at.interp + (spec.interp ? spec.interp->size() + 1 : 0));
  at.symbols = at.hash + kHashSize;
  at.strings = at.symbols + (is_64 ? 24 : 16);
  at.dynamic = align_up(at.strings + strings.table.size());
  // Behind the strings and `entries`: HASH, STRTAB, STRSZ, SYMTAB, SYMENT and the ending NULL.
  at.dynamic_entries = strings.entries.size() + spec.entries.size() + 6 + spec.spare_entries;
  at.payload = at.dynamic + at.dynamic_entries * (is_64 ? 16 : 8);
  at.end = at.payload + spec.payload.size();
  return at;
}

void write_header(Writer& out, const ElfSpec& spec, const Layout& at) {
  out.text(
      "\x7f"
      "ELF");
  out.byte(static_cast<uint64_t>(spec.elf_class));
  out.byte(static_cast<uint64_t>(spec.byte_order));
  out.byte(1);
  out.byte(spec.os_abi);
  out.byte(spec.abi_version);
  out.pad_to(16);
  out.half(spec.type);
  out.half(spec.machine);
  out.four(1);
  out.word(0);          // e_entry
  out.word(at.header);  // e_phoff
  out.word(0);          // e_shoff
  out.four(spec.e_flags);
  out.half(at.header);
  out.half(out.is_64() ? 56 : 32);
  out.half(at.segment_count);
  out.half(0);
  out.half(0);
  out.half(0);
}

void write_segment(Writer& out, uint32_t type, uint32_t flags, size_t offset, size_t size,
                   size_t align) {
  out.four(type);
  if (out.is_64()) out.four(flags);
  out.word(offset);
  out.word(offset);
  out.word(offset);
  out.word(size);
  out.word(size);
  if (!out.is_64()) out.four(flags);
  out.word(align);
}

void write_dynamic(Writer& out, const ElfSpec& spec, const Strings& strings, const Layout& at) {
  std::vector<elf::DynEntry> entries = strings.entries;
  entries.insert(entries.end(), spec.entries.begin(), spec.entries.end());
  entries.push_back({elf::DT_HASH, at.hash});
  entries.push_back({elf::DT_STRTAB, at.strings});
  entries.push_back({elf::DT_STRSZ, strings.table.size()});
  entries.push_back({elf::DT_SYMTAB, at.symbols});
  entries.push_back({elf::DT_SYMENT, out.is_64() ? 24u : 16u});
  entries.resize(at.dynamic_entries);
  for (const auto& entry : entries) {
    out.word(entry.tag);
    out.word(entry.value);
  }
}

}  // namespace

std::vector<std::byte> build_elf(const ElfSpec& spec) {
  const Strings strings = collect_strings(spec);
  const Layout at = lay_out(spec, strings);
  Writer out(spec);
  write_header(out, spec, at);
  if (spec.interp) {
    // Without PT_PHDR ld.so takes a program that the kernel moved for one at address 0.
    write_segment(out, elf::PT_PHDR, elf::PF_R, at.header, at.interp - at.header, 8);
    write_segment(out, elf::PT_INTERP, elf::PF_R, at.interp, spec.interp->size() + 1, 1);
  }
  write_segment(out, elf::PT_LOAD, elf::PF_R | elf::PF_W, 0, at.end, 0x1000);
  write_segment(out, elf::PT_DYNAMIC, elf::PF_R | elf::PF_W, at.dynamic, at.payload - at.dynamic,
                8);
  write_segment(out, elf::PT_GNU_STACK, elf::PF_R | elf::PF_W, 0, 0, 16);
  if (spec.payload_is_notes)
    write_segment(out, elf::PT_NOTE, elf::PF_R, at.payload, spec.payload.size(), 4);
  if (spec.interp) out.text(*spec.interp);
  out.pad_to(at.hash);
  for (const uint64_t value : {1u, 1u, 0u, 0u}) out.four(value);
  out.pad_to(at.strings);
  out.text(strings.table);
  out.pad_to(at.dynamic);
  write_dynamic(out, spec, strings, at);
  out.text(spec.payload);
  return out.take();
}

}  // namespace elfwheel::test
