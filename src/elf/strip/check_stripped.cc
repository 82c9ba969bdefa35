#include "elf/strip/check_stripped.h"

#include <fmt/format.h>

#include <algorithm>

#include "elf/read/parse_headers.h"
#include "elf/write/file_ends.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::kCorrupt, "the stripped file differs in " + what);
}

// Parts of the old file that may read differently afterwards, ascending.
std::vector<std::pair<uint64_t, uint64_t>> rewritten_parts(const ElfFile& file) {
  const Header& header = file.header();
  const uint64_t phoff = raw(header.e_phoff);
  const uint64_t shoff = raw(header.e_shoff);
  std::vector<std::pair<uint64_t, uint64_t>> parts = {
      {0, header_size(header)},
      {phoff, phoff + uint64_t{header.e_phnum} * header.e_phentsize},
      {shoff, shoff + section_table_size(header)}};
  std::sort(parts.begin(), parts.end());
  return parts;
}

void check_header(const Header& before, const Header& after) {
  if (before.e_type != after.e_type || before.e_machine != after.e_machine ||
      before.e_entry != after.e_entry || before.e_flags != after.e_flags ||
      before.os_abi != after.os_abi || before.e_phoff != after.e_phoff ||
      before.e_phnum != after.e_phnum)
    fail("its header");
}

void check_segment(const ElfFile& before, const ElfFile& after, size_t index) {
  const Segment& old = before.segments()[index];
  Segment now = after.segments()[index];
  const FileOffset offset = now.p_offset;
  now.p_offset = old.p_offset;
  if (old.p_type != now.p_type || old.p_flags != now.p_flags || old.p_vaddr != now.p_vaddr ||
      old.p_paddr != now.p_paddr || old.p_filesz != now.p_filesz || old.p_memsz != now.p_memsz ||
      old.p_align != now.p_align)
    fail(fmt::format("program header {}", index));
  const uint64_t moved = raw(old.p_offset) - raw(offset);
  if (old.p_type == PT_LOAD && old.p_align > 1 && moved % old.p_align != 0)
    fail(fmt::format("the place of program header {}", index));
  const uint64_t begin = std::min<uint64_t>(raw(old.p_offset), before.bytes().size());
  const uint64_t end = begin + std::min<uint64_t>(old.p_filesz, before.bytes().size() - begin);
  const auto compare = [&](uint64_t from, uint64_t to) {
    if (from >= to) return;
    if (before.bytes().sub(from, to - from, "segment").text() !=
        after.bytes().sub(from - moved, to - from, "segment").text())
      fail(fmt::format("the content of program header {}", index));
  };
  uint64_t at = begin;
  for (const auto& [from, to] : rewritten_parts(before)) {
    compare(at, std::min(from, end));
    at = std::max(at, to);
  }
  compare(at, end);
}

// By number: symbols that are loaded know those.
void check_sections(const std::vector<Section>& before, const std::vector<Section>& after) {
  for (size_t i = 0; i < before.size(); ++i) {
    const Section& old = before[i];
    if ((old.sh_flags & SHF_ALLOC) == 0) continue;
    if (i >= after.size() || old.name != after[i].name || old.sh_type != after[i].sh_type ||
        old.sh_flags != after[i].sh_flags || old.sh_addr != after[i].sh_addr ||
        old.sh_size != after[i].sh_size)
      fail("section " + old.name);
  }
}

}  // namespace

void check_stripped(const ElfFile& original, Bytes image) {
  const ElfFile stripped = ElfFile::parse(image);
  check_header(original.header(), stripped.header());
  for (size_t i = 0; i < original.segments().size(); ++i) check_segment(original, stripped, i);
  if (original.dynamic() != stripped.dynamic()) fail("its dynamic section");
  check_sections(original.sections(), stripped.sections());
}

}  // namespace elfwheel::elf
