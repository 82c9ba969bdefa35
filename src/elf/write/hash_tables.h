// The hash tables over the dynamic symbols, rebuilt for other names: DT_GNU_HASH and DT_HASH keep
// their places, bucket counts and sizes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "elf/write/changes.h"
#include "elf/write/facts.h"

namespace elfwheel::elf {

// The new index of each symbol once the names of `changes.renamed` are in force; empty when none
// has to move. Errors: kUnsupported for a DT_GNU_HASH that does not agree with the names it is for.
std::vector<uint32_t> plan_symbol_order(const FileFacts& facts, const Changes& changes);

// The tables' new bytes, as long as they are now, for symbols of these names in their new order.
// Only for files that have the table. Errors: kUnsupported, kCorrupt.
std::vector<std::byte> encode_gnu_hash(const FileFacts& facts,
                                       const std::vector<std::string_view>& names);
std::vector<std::byte> encode_sysv_hash(const FileFacts& facts, const Changes& changes,
                                        const std::vector<std::string_view>& names);

}  // namespace elfwheel::elf
