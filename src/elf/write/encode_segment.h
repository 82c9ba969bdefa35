// A program header as it stands in the file.
#pragma once

#include "elf/read/raw.h"
#include "elfwheel/elf/elf_file.h"

namespace elfwheel::elf {

template <class E>
raw_layout::Phdr<E> encode_segment(const Segment& segment) {
  const auto native = [](uint64_t value) { return static_cast<typename E::NativeWord>(value); };
  raw_layout::Phdr<E> phdr;
  phdr.p_type = segment.p_type;
  phdr.p_flags = segment.p_flags;
  phdr.p_offset = native(raw(segment.p_offset));
  phdr.p_vaddr = native(raw(segment.p_vaddr));
  phdr.p_paddr = native(segment.p_paddr);
  phdr.p_filesz = native(segment.p_filesz);
  phdr.p_memsz = native(segment.p_memsz);
  phdr.p_align = native(segment.p_align);
  return phdr;
}

}  // namespace elfwheel::elf
