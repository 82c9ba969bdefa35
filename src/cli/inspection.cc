#include "cli/inspection.h"

#include <set>

#include "elfwheel/base/error.h"
#include "elfwheel/elf/libc.h"
#include "elfwheel/elf/notes.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::cli {

namespace {

using elf::ElfFile;
using report::Inspection;

std::optional<std::string> owned(const std::optional<std::string_view>& text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

bool is_string_tag(uint64_t tag) {
  switch (tag) {
    case elf::DT_NEEDED:
    case elf::DT_SONAME:
    case elf::DT_RPATH:
    case elf::DT_RUNPATH:
    case elf::DT_CONFIG:
    case elf::DT_DEPAUDIT:
    case elf::DT_AUDIT:
    case elf::DT_AUXILIARY:
    case elf::DT_FILTER:
      return true;
    default:
      return false;
  }
}

// Runs `read`; what it could not read is noted in `result`.
template <class Read>
void attempt(Inspection& result, Read read) {
  try {
    read();
  } catch (const Error& error) {
    result.problems.emplace_back(error.what());
  }
}

void read_dynamic(const ElfFile& file, Inspection& result) {
  for (const elf::DynEntry& entry : file.dynamic()) {
    report::DynamicLine line{elf::dyn_tag_name(entry.tag), entry.value, std::nullopt};
    if (is_string_tag(entry.tag)) {
      attempt(result, [&] { line.text = std::string(file.dynamic_string(entry.value)); });
    }
    result.dynamic.push_back(std::move(line));
  }
}

void read_versions(const ElfFile& file, Inspection& result) {
  for (const elf::VersionNeed& need : elf::read_version_needs(file)) {
    report::VersionLine line{std::string(need.file), {}};
    for (const elf::NeededVersion& version : need.versions)
      line.versions.emplace_back(version.name);
    result.version_needs.push_back(std::move(line));
  }
  const std::vector<elf::DefinedVersion> definitions = elf::read_version_definitions(file);
  if (definitions.empty()) return;
  report::VersionLine own;
  for (const elf::DefinedVersion& version : definitions) {
    if ((version.flags & elf::VER_FLG_BASE) != 0) {
      own.library = version.name;
    } else {
      own.versions.emplace_back(version.name);
    }
  }
  result.version_definitions = std::move(own);
}

void read_notes(const ElfFile& file, Inspection& result) {
  for (const elf::Note& note : elf::read_notes(file)) {
    result.notes.push_back({std::string(note.owner), note.type, note.description.size()});
  }
  result.build_id = elf::find_build_id(file);
}

bool has_flag(const ElfFile& file, uint64_t tag, uint64_t flag) {
  return (file.find_dynamic(tag).value_or(0) & flag) != 0;
}

// What the kernel and ld.so make of it. No PT_GNU_STACK leaves the choice to the architecture, and
// on those this program knows that is an executable stack (Linux, fs/binfmt_elf.c).
report::Security find_security(const ElfFile& file) {
  report::Security security;
  security.bind_now = file.find_dynamic(elf::DT_BIND_NOW).has_value() ||
                      has_flag(file, elf::DT_FLAGS, elf::DF_BIND_NOW) ||
                      has_flag(file, elf::DT_FLAGS_1, elf::DF_1_NOW);
  if (file.find_segment(elf::PT_GNU_RELRO) != nullptr) {
    security.relro = security.bind_now ? report::Relro::kFull : report::Relro::kPartial;
  }
  security.position_independent = file.header().e_type == elf::ET_DYN;
  const elf::Segment* const stack = file.find_segment(elf::PT_GNU_STACK);
  security.executable_stack = stack == nullptr || (stack->p_flags & elf::PF_X) != 0;
  security.text_relocations = file.find_dynamic(elf::DT_TEXTREL).has_value() ||
                              has_flag(file, elf::DT_FLAGS, elf::DF_TEXTREL);
  for (const elf::Segment& segment : file.segments()) {
    if (segment.p_type == elf::PT_LOAD && (segment.p_flags & elf::PF_W) != 0 &&
        (segment.p_flags & elf::PF_X) != 0) {
      security.writable_code = true;
    }
  }
  return security;
}

}  // namespace

Inspection inspect_file(const ElfFile& file, const std::string& path) {
  Inspection result;
  result.path = path;
  result.size = file.bytes().size();
  result.header = file.header();
  result.segments = file.segments();
  result.architecture = elf::wheel_architecture(file.header());
  result.interp = owned(file.interp());
  attempt(result, [&] { result.libc = elf::libc_name(elf::find_libc(file)); });
  attempt(result, [&] { result.soname = owned(file.soname()); });
  attempt(result, [&] { result.rpath = owned(file.rpath()); });
  attempt(result, [&] { result.runpath = owned(file.runpath()); });
  attempt(result, [&] {
    for (const std::string_view name : file.needed()) result.needed.emplace_back(name);
  });
  read_dynamic(file, result);
  attempt(result, [&] { read_versions(file, result); });
  attempt(result, [&] { read_notes(file, result); });
  attempt(result, [&] { result.dynamic_symbols = elf::count_dynamic_symbols(file); });
  result.security = find_security(file);
  return result;
}

}  // namespace elfwheel::cli
