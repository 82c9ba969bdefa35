// The two hash functions over symbol names.
#pragma once

#include <cstdint>
#include <string_view>

namespace elfwheel::elf {

// gABI chapter 5, "Hash Table".
uint32_t sysv_hash(std::string_view name);
// The other one, of DT_GNU_HASH; Source: glibc elf/dl-lookup.c `dl_new_hash`.
uint32_t gnu_hash(std::string_view name);

}  // namespace elfwheel::elf
