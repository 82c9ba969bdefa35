#include "elf/strip/stripped_symbols.h"

#include "elf/read/raw.h"
#include "elf/read/table_at.h"

namespace elfwheel::elf {
namespace {

template <class E>
StrippedSymbols strip_as(Bytes bytes, uint32_t old_local_count, const StripPlan& plan,
                         const SectionNumbers& numbers) {
  using Symbol = raw_layout::Sym<E>;
  StrippedSymbols result;
  for (uint64_t i = 0; i < bytes.size() / sizeof(Symbol); ++i) {
    auto symbol = bytes.read<Symbol>(i * sizeof(Symbol), "symbol");
    const uint16_t section = symbol.st_shndx;
    if (section < SHN_LORESERVE && section < plan.taken.size()) {
      if (plan.taken[section]) continue;
      symbol.st_shndx = static_cast<uint16_t>(numbers.new_index[section].value_or(0));
    }
    const auto* const begin = reinterpret_cast<const std::byte*>(&symbol);
    result.content.insert(result.content.end(), begin, begin + sizeof symbol);
    if (i < old_local_count) ++result.local_count;
  }
  return result;
}

}  // namespace

StrippedSymbols strip_symbols(const ElfFile& file, const Section& table, const StripPlan& plan,
                              const SectionNumbers& numbers) {
  const Bytes bytes = file.bytes().sub(raw(table.sh_offset), table.sh_size, "symbol table");
  return dispatch_on(file, [&](auto kind) {
    return strip_as<decltype(kind)>(bytes, table.sh_info, plan, numbers);
  });
}

}  // namespace elfwheel::elf
