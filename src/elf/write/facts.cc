#include "elf/write/facts.h"

namespace elfwheel::elf {

FileFacts read_facts(const ElfFile& file) {
  FileFacts facts{file, file.sections(), {}, {}, {}, {}, {}};
  if (!file.has_dynamic()) return facts;
  facts.symbols = read_dynamic_symbols(file);
  facts.needs = read_version_needs(file);
  facts.definitions = read_version_definitions(file);
  facts.chunks = find_movable_chunks(file, facts.sections);
  facts.own = find_own_segments(file, facts.chunks);
  return facts;
}

}  // namespace elfwheel::elf
