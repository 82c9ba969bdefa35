// The bytes that a DT_ pointer leads to.
#pragma once

#include <fmt/format.h>

#include "elfwheel/base/error.h"
#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

// The file bytes from `address` to the end of the PT_LOAD that holds it. kCorrupt when none does.
inline Bytes bytes_from(const ElfFile& file, Vaddr address, std::string_view what) {
  const auto offset = file.addresses().find_offset(address);
  if (!offset)
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}: no PT_LOAD has bytes for address {:#x}", what, raw(address)));
  return file.bytes().sub(raw(*offset), file.addresses().available_from(address), what);
}

// Calls `visitor` with the tag type of the file's class and byte order.
template <class Visitor>
auto dispatch_on(const ElfFile& file, Visitor&& visitor) {
  return dispatch(file.header().elf_class, file.header().byte_order, visitor);
}

}  // namespace elfwheel::elf
