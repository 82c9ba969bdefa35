#include "repair/elf_members.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/policy/policy.h"
#include "wheel/entry_path.h"
#include "wheel/parallel.h"

namespace elfwheel::repair {
namespace {

constexpr uint32_t kExecuteBits = 0111;
constexpr size_t kMagicSize = 4;

// What became of one entry that has the magic number.
struct Candidate {
  std::optional<ElfMember> member;
  std::string reason;  // why it is none
};

std::vector<size_t> find_elf_entries(const wheel::Archive& archive) {
  std::vector<size_t> found;
  for (size_t entry = 0; entry < archive.entries().size(); ++entry) {
    const wheel::ArchiveEntry& each = archive.entries()[entry];
    if (each.is_directory || each.size < kMagicSize) continue;
    if (elf::ElfFile::has_magic(archive.read_prefix(entry, kMagicSize).bytes()))
      found.push_back(entry);
  }
  return found;
}

// Whether an honest package would want the loader to take a file of that name and mode.
bool meant_to_be_loaded(const wheel::ArchiveEntry& entry) {
  const std::string_view name = base_name(entry.path);
  if (name.ends_with(".debug")) return false;
  return name.ends_with(".so") || name.find(".so.") != name.npos ||
         (entry.mode & kExecuteBits) != 0;
}

std::string reason_against(const elf::ElfFile& file) {
  const uint16_t type = file.header().e_type;
  if (type != elf::ET_DYN && type != elf::ET_EXEC)
    return fmt::format("{} is nothing that a loader takes", elf::file_type_name(type));
  if (is_debug_companion(file)) return "holds debugging information alone";
  return "";
}

wheel::Buffer read_content(const wheel::Archive& archive, size_t entry,
                           const std::string& scratch) {
  constexpr uint64_t kLarge = uint64_t{1} << 20;
  if (scratch.empty() || archive.entries()[entry].size < kLarge) return archive.read(entry);
  return archive.read_to_scratch(entry, scratch);
}

// `scratch` is empty where all content stays in memory.
Candidate read_candidate(const wheel::Wheel& wheel, size_t entry, const wheel::RecordRow* row,
                         const std::string& scratch) {
  const wheel::ArchiveEntry& about = wheel.archive.entries()[entry];
  ElfMember member;
  member.entry = entry;
  member.path = about.path;
  // Wheel::open has seen to it that every file has a place.
  member.place = wheel::parse_entry_place(about.path, wheel.wheel_fields.root_is_purelib).value();
  member.content = read_content(wheel.archive, entry, scratch);
  if (row != nullptr) {
    if (const auto finding = wheel::verify_row(*row, member.content.bytes()))
      wheel::throw_findings({*finding});
  }
  Candidate result;
  try {
    member.file = elf::ElfFile::parse(member.content.bytes());
    result.reason = reason_against(member.file);
  } catch (Error& error) {
    if (meant_to_be_loaded(about)) {
      error.add_where(wheel::printable(about.path));
      throw;
    }
    result.reason = error.what();
  }
  if (!result.reason.empty()) return result;
  member.content.release(0, member.content.size());
  member.architecture = elf::wheel_architecture(member.file.header());
  member.is_program = is_program(member.file, (about.mode & kExecuteBits) != 0);
  result.member = std::move(member);
  return result;
}

std::vector<Candidate> read_candidates(const wheel::Wheel& wheel, const std::vector<size_t>& found,
                                       unsigned jobs, const std::string& scratch) {
  constexpr uint64_t kMemory = uint64_t{24} << 20;
  uint64_t total = 0;
  for (const size_t entry : found) total += wheel.archive.entries()[entry].size;
  const std::string place = total > kMemory ? scratch : "";
  std::unordered_map<std::string_view, const wheel::RecordRow*> rows;
  for (const wheel::RecordRow& row : wheel.record) rows.emplace(row.path, &row);
  std::vector<Candidate> candidates(found.size());
  wheel::parallel_for(found.size(), jobs, [&](size_t i) {
    const auto row = rows.find(wheel.archive.entries()[found[i]].path);
    candidates[i] =
        read_candidate(wheel, found[i], row == rows.end() ? nullptr : row->second, place);
  });
  return candidates;
}

// The architecture that the platform tags claim, or "".
std::string claimed_architecture(const wheel::WheelName& name) {
  for (const std::string& platform : name.platforms)
    for (const std::string& architecture : policy::architectures())
      if (platform.ends_with("_" + architecture)) return architecture;
  return "";
}

std::string first_architecture(const std::vector<Candidate>& candidates) {
  for (const Candidate& candidate : candidates)
    if (candidate.member && !candidate.member->architecture.empty())
      return candidate.member->architecture;
  return "";
}

std::string architecture_or_machine(const ElfMember& member) {
  return member.architecture.empty() ? elf::machine_name(member.file.header().e_machine)
                                     : member.architecture;
}

}  // namespace

ElfMembers find_elf_members(const wheel::Wheel& wheel, unsigned jobs, const std::string& scratch) {
  const std::vector<size_t> found = find_elf_entries(wheel.archive);
  std::vector<Candidate> candidates = read_candidates(wheel, found, jobs, scratch);

  ElfMembers result;
  result.any_elf = !found.empty();
  result.architecture = claimed_architecture(wheel.name);
  if (result.architecture.empty()) result.architecture = first_architecture(candidates);
  for (size_t i = 0; i < found.size(); ++i) {
    Candidate& candidate = candidates[i];
    const std::string path = wheel::printable(wheel.archive.entries()[found[i]].path);
    if (!candidate.member) {
      result.notes.push_back(fmt::format("{}: left as it is: {}", path, candidate.reason));
    } else if (candidate.member->architecture != result.architecture ||
               result.architecture.empty()) {
      const std::string other = architecture_or_machine(*candidate.member);
      result.foreign.push_back(fmt::format("{} ({})", path, other));
      result.notes.push_back(fmt::format("{}: left as it is: made for {}", path, other));
    } else {
      result.members.push_back(std::move(*candidate.member));
    }
  }
  return result;
}

bool is_debug_companion(const elf::ElfFile& file) {
  // objcopy empties the segments and turns the sections into SHT_NOBITS; eu-strip keeps the sizes
  // of the segments. Code without bytes is common to both.
  try {
    for (const elf::Section& section : file.sections())
      if ((section.sh_flags & elf::SHF_ALLOC) != 0 && (section.sh_flags & elf::SHF_EXECINSTR) != 0)
        if (section.sh_size != 0 && section.sh_type == elf::SHT_NOBITS) return true;
  } catch (const Error&) {
    return false;  // a section table that lies is no business of the loader's
  }
  return false;
}

bool is_program(const elf::ElfFile& file, bool executable) {
  if (file.header().e_type == elf::ET_EXEC) return true;
  const uint64_t flags = file.find_dynamic(elf::DT_FLAGS_1).value_or(0);
  if ((flags & elf::DF_1_PIE) != 0) return true;
  return file.interp().has_value() && executable && !file.soname();
}

bool is_libpython(std::string_view needed_name) {
  constexpr std::string_view kStem = "libpython";
  if (!needed_name.starts_with(kStem)) return false;
  needed_name.remove_prefix(kStem.size());
  const auto skip = [&](std::string_view allowed) {
    const size_t end = std::min(needed_name.find_first_not_of(allowed), needed_name.size());
    needed_name.remove_prefix(end);
    return end != 0;
  };
  constexpr std::string_view kDigits = "0123456789";
  // Major, minor, and the ABI flags: debug, pymalloc, wide unicode, free-threaded.
  if (!skip(kDigits) || !needed_name.starts_with('.')) return false;
  needed_name.remove_prefix(1);
  if (!skip(kDigits)) return false;
  skip("dmut");
  if (!needed_name.starts_with(".so")) return false;
  needed_name.remove_prefix(3);
  return needed_name.find_first_not_of("0123456789.") == needed_name.npos;
}

}  // namespace elfwheel::repair
