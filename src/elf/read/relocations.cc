#include "elfwheel/elf/relocations.h"

#include "elf/read/raw.h"
#include "elf/read/table_at.h"

namespace elfwheel::elf {
namespace {

template <class E>
void append_table(const ElfFile& file, uint64_t table_tag, uint64_t size_tag, bool has_addend,
                  std::vector<Relocation>& relocations) {
  const auto address = file.find_dynamic(table_tag);
  const uint64_t size = file.find_dynamic(size_tag).value_or(0);
  if (!address || size == 0) return;
  constexpr uint64_t kWord = sizeof(typename E::Addr);
  const uint64_t stride = has_addend ? 3 * kWord : 2 * kWord;
  const std::string name = dyn_tag_name(table_tag);
  const Bytes bytes = bytes_from(file, Vaddr{*address}, name).sub(0, size, name);
  for (uint64_t at = 0; bytes.contains(at, stride); at += stride) {
    // r_info: the symbol stands above bit 32 in the 64-bit form, above bit 8 in the 32-bit one.
    const uint64_t info = bytes.read<typename E::Addr>(at + kWord, name);
    const uint64_t symbol = E::kIs64 ? info >> 32 : info >> 8;
    const uint64_t type = E::kIs64 ? info & 0xffffffff : info & 0xff;
    if (symbol == 0) continue;
    const uint64_t offset = bytes.read<typename E::Addr>(at, name);
    relocations.push_back(
        {Vaddr{offset}, static_cast<uint32_t>(symbol), static_cast<uint32_t>(type)});
  }
}

}  // namespace

std::vector<Relocation> read_symbol_relocations(const ElfFile& file) {
  std::vector<Relocation> relocations;
  const bool plt_rela = file.find_dynamic(DT_PLTREL).value_or(DT_RELA) == DT_RELA;
  dispatch_on(file, [&](auto kind) {
    using E = decltype(kind);
    append_table<E>(file, DT_RELA, DT_RELASZ, true, relocations);
    append_table<E>(file, DT_REL, DT_RELSZ, false, relocations);
    append_table<E>(file, DT_JMPREL, DT_PLTRELSZ, plt_rela, relocations);
  });
  return relocations;
}

}  // namespace elfwheel::elf
