#include "loader/glibc_version.h"

#include <algorithm>
#include <charconv>

#include "elfwheel/base/error.h"
#include "elfwheel/elf/elf_file.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::loader {

namespace {

constexpr std::string_view kPrefix = "GLIBC_";

std::optional<GlibcVersion> newest_version(const elf::ElfFile& libc) {
  std::optional<GlibcVersion> newest;
  for (const elf::DefinedVersion& defined : elf::read_version_definitions(libc)) {
    if (defined.name.substr(0, kPrefix.size()) != kPrefix) continue;
    const auto version = parse_glibc_version(defined.name.substr(kPrefix.size()));
    if (version && (!newest || *newest < *version)) newest = version;
  }
  return newest;
}

}  // namespace

std::optional<GlibcVersion> parse_glibc_version(std::string_view text) {
  GlibcVersion version;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
  if (minor.ec != std::errc()) return std::nullopt;
  return version;
}

std::optional<GlibcVersion> find_glibc_version(const FileSystem& files,
                                               const std::vector<std::string>& directories,
                                               const MachineKind& machine) {
  for (const std::string& directory : directories) {
    const std::string path = directory + "/libc.so.6";
    if (files.status(path).kind != FileKind::kRegular) continue;
    const OpenedFile file = files.open(path);
    if (file.error != 0) continue;
    try {
      const auto libc = elf::ElfFile::parse(file.contents->bytes());
      const elf::Header& header = libc.header();
      if (MachineKind{header.elf_class, header.byte_order, header.e_machine} == machine)
        return newest_version(libc);
    } catch (const Error&) {
      continue;  // ld.so would not have it either
    }
  }
  return std::nullopt;
}

}  // namespace elfwheel::loader
