// Assembles ElfFile from its parts, reading as little of the file as that takes.

#include "elfwheel/elf/elf_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "elf/read/parse_headers.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

// Where the dynamic array lies. The loader goes by p_vaddr, so the PT_LOAD that holds it decides;
// p_offset serves files whose dynamic section no PT_LOAD covers.
FileOffset locate_dynamic(const Segment& dynamic, const AddressMap& addresses) {
  return addresses.find_offset(dynamic.p_vaddr, dynamic.p_filesz).value_or(dynamic.p_offset);
}

void check_loads(Bytes bytes, const std::vector<Segment>& segments) {
  for (size_t i = 0; i < segments.size(); ++i) {
    const Segment& load = segments[i];
    if (load.p_type != PT_LOAD || load.p_filesz == 0) continue;
    bytes.sub(raw(load.p_offset), load.p_filesz, fmt::format("program header {} (PT_LOAD)", i));
  }
}

}  // namespace

ElfFile ElfFile::parse(Bytes bytes) {
  ElfFile file;
  file.bytes_ = bytes;
  file.header_ = parse_header(bytes);
  file.segments_ = parse_segments(bytes, file.header_);
  check_loads(bytes, file.segments_);
  file.addresses_ = AddressMap(file.segments_);

  if (const Segment* interp = file.find_segment(PT_INTERP)) {
    const Bytes text = bytes.sub(raw(interp->p_offset), interp->p_filesz, "PT_INTERP");
    file.interp_ = text.text().substr(0, text.text().find('\0'));
  }
  if (const Segment* dynamic = file.find_segment(PT_DYNAMIC)) {
    file.dynamic_segment_ = *dynamic;
    const Bytes array = bytes.sub(raw(file.dynamic_offset()), dynamic->p_filesz, "PT_DYNAMIC");
    file.dynamic_ = parse_dynamic(array, file.header_);
    file.dynamic_capacity_ = file.dynamic_.size();
    const auto end = std::find_if(file.dynamic_.begin(), file.dynamic_.end(),
                                  [](const DynEntry& entry) { return entry.tag == DT_NULL; });
    file.dynamic_.erase(end, file.dynamic_.end());
  }
  if (const auto address = file.find_dynamic(DT_STRTAB)) {
    if (const auto offset = file.addresses_.find_offset(Vaddr{*address})) {
      const uint64_t available = file.addresses_.available_from(Vaddr{*address});
      const uint64_t size = std::min(file.find_dynamic(DT_STRSZ).value_or(available), available);
      file.strings_ = bytes.sub(raw(*offset), size, "dynamic string table");
    }
  }
  return file;
}

const Segment* ElfFile::find_segment(uint32_t type) const {
  for (const Segment& segment : segments_)
    if (segment.p_type == type) return &segment;
  return nullptr;
}

FileOffset ElfFile::dynamic_offset() const {
  return dynamic_segment_ ? locate_dynamic(*dynamic_segment_, addresses_) : FileOffset{0};
}

Vaddr ElfFile::dynamic_address() const {
  return dynamic_segment_ ? dynamic_segment_->p_vaddr : Vaddr{0};
}

std::optional<uint64_t> ElfFile::find_dynamic(uint64_t tag) const {
  for (auto entry = dynamic_.rbegin(); entry != dynamic_.rend(); ++entry)
    if (entry->tag == tag) return entry->value;
  return std::nullopt;
}

std::string_view ElfFile::dynamic_string(uint64_t offset) const {
  return strings_.c_string(offset, "dynamic string table");
}

std::vector<std::string_view> ElfFile::strings_of(uint64_t tag) const {
  std::vector<std::string_view> result;
  for (const DynEntry& entry : dynamic_)
    if (entry.tag == tag) result.push_back(dynamic_string(entry.value));
  return result;
}

std::optional<std::string_view> ElfFile::string_of(uint64_t tag) const {
  const auto offset = find_dynamic(tag);
  if (!offset) return std::nullopt;
  return dynamic_string(*offset);
}

std::vector<Section> ElfFile::sections() const { return parse_sections(bytes_, header_); }

std::string wheel_architecture(const Header& header) {
  const bool little = header.byte_order == ByteOrder::kLittle;
  const bool is_64 = header.elf_class == ElfClass::kElf64;
  switch (header.e_machine) {
    case EM_X86_64:
      return is_64 ? "x86_64" : "";  // the x32 ABI has no wheel tag
    case EM_386:
      return "i686";
    case EM_AARCH64:
      return is_64 && little ? "aarch64" : "";
    case EM_ARM:
      return little ? "armv7l" : "";
    case EM_PPC64:
      return little ? "ppc64le" : "ppc64";
    case EM_S390:
      return is_64 ? "s390x" : "";
    case EM_RISCV:
      return is_64 ? "riscv64" : "";
    case EM_LOONGARCH:
      return is_64 ? "loongarch64" : "";
    default:
      return "";
  }
}

}  // namespace elfwheel::elf
