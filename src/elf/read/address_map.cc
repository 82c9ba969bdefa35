// PT_LOAD segments as a map from addresses to file offsets (gABI chapter 5, "Program Header").

#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

AddressMap::AddressMap(const std::vector<Segment>& segments) {
  for (const Segment& segment : segments)
    if (segment.p_type == PT_LOAD && segment.p_filesz != 0) loads_.push_back(segment);
}

std::optional<FileOffset> AddressMap::find_offset(Vaddr address) const {
  for (const Segment& load : loads_) {
    if (raw(address) < raw(load.p_vaddr)) continue;
    const uint64_t distance = raw(address) - raw(load.p_vaddr);
    if (distance < load.p_filesz && distance <= UINT64_MAX - raw(load.p_offset))
      return FileOffset{raw(load.p_offset) + distance};
  }
  return std::nullopt;
}

std::optional<FileOffset> AddressMap::find_offset(Vaddr address, uint64_t size) const {
  if (size != 0 && available_from(address) < size) return std::nullopt;
  return find_offset(address);
}

uint64_t AddressMap::available_from(Vaddr address) const {
  for (const Segment& load : loads_) {
    if (raw(address) < raw(load.p_vaddr)) continue;
    const uint64_t distance = raw(address) - raw(load.p_vaddr);
    if (distance < load.p_filesz) return load.p_filesz - distance;
  }
  return 0;
}

}  // namespace elfwheel::elf
