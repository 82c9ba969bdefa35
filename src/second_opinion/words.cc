#include "second_opinion/words.h"

#include <fmt/format.h>

namespace elfwheel::second_opinion {

std::string words(const std::string& text) { return "\"" + text + "\""; }

std::string words(const std::optional<std::string>& text) {
  return text ? words(*text) : std::string("none");
}

std::string words(const HeaderFact& header) {
  return fmt::format("type {} machine {} entry {:#x} flags {:#x} OS ABI {}", header.type,
                     header.machine, header.entry, header.flags, header.os_abi);
}

std::string words(const elf::DynEntry& entry) {
  return fmt::format("{} {:#x}", elf::dyn_tag_name(entry.tag), entry.value);
}

std::string words(const SegmentFact& segment) {
  return fmt::format("{} at {:#x} address {:#x} sizes {:#x}/{:#x} flags {} align {:#x}{}",
                     elf::segment_type_name(static_cast<uint32_t>(segment.type)), segment.offset,
                     segment.address, segment.file_size, segment.memory_size, segment.flags,
                     segment.align,
                     segment.digest == 0 ? "" : fmt::format(" digest {:016x}", segment.digest));
}

std::string words(const SectionFact& section) {
  return fmt::format("\"{}\" type {:#x} flags {:#x} address {:#x} at {:#x} size {:#x}{}",
                     section.name, section.type, section.flags, section.address, section.offset,
                     section.size,
                     section.digest == 0 ? "" : fmt::format(" digest {:016x}", section.digest));
}

std::string words(const SymbolFact& symbol) {
  return fmt::format("\"{}{}{}\" value {:#x} size {:#x} info {:#x} section {}", symbol.name,
                     symbol.version.empty() ? "" : "@", symbol.version, symbol.value, symbol.size,
                     symbol.info, symbol.section);
}

}  // namespace elfwheel::second_opinion
