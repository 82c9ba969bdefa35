#include "elf/read/name_hash.h"

namespace elfwheel::elf {

uint32_t sysv_hash(std::string_view name) {
  uint32_t hash = 0;
  for (const char character : name) {
    hash = (hash << 4) + static_cast<unsigned char>(character);
    const uint32_t high = hash & 0xf0000000U;
    if (high != 0) hash ^= high >> 24;
    hash &= ~high;
  }
  return hash;
}

uint32_t gnu_hash(std::string_view name) {
  uint32_t hash = 5381;
  for (const char character : name) hash = hash * 33 + static_cast<unsigned char>(character);
  return hash;
}

}  // namespace elfwheel::elf
