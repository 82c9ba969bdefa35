// `inspect` as text: the identity of the file first, then what the loader acts on, then tables.
#include <fmt/format.h>

#include <string_view>

#include "elfwheel/report/inspection.h"

namespace elfwheel::report {

namespace {

std::string field(std::string_view name, std::string_view value) {
  return fmt::format("  {:<14} {}\n", name, printable(value));
}

std::string optional_field(std::string_view name, const std::optional<std::string>& value) {
  return value ? field(name, *value) : std::string();
}

std::string_view relro_words(Relro relro) {
  switch (relro) {
    case Relro::kFull:
      return "full RELRO";
    case Relro::kPartial:
      return "partial RELRO";
    case Relro::kNone:
      break;
  }
  return "no RELRO";
}

std::string security_words(const Security& security) {
  std::string words(relro_words(security.relro));
  words += security.bind_now ? ", bound at start" : ", bound lazily";
  words += security.position_independent ? ", position independent" : ", fixed address";
  words += security.executable_stack ? ", EXECUTABLE STACK" : ", stack not executable";
  if (security.text_relocations) words += ", TEXT RELOCATIONS";
  if (security.writable_code) words += ", WRITABLE CODE";
  return words;
}

std::string flags_text(uint32_t flags) {
  std::string text;
  text += (flags & elf::PF_R) != 0 ? 'R' : '-';
  text += (flags & elf::PF_W) != 0 ? 'W' : '-';
  text += (flags & elf::PF_X) != 0 ? 'X' : '-';
  return text;
}

std::string identity(const Inspection& file) {
  const elf::Header& header = file.header;
  std::string text;
  text += field("type", elf::file_type_name(header.e_type));
  text += field("machine",
                fmt::format("{}, {} bit, {} endian", elf::machine_name(header.e_machine),
                            header.elf_class == elf::ElfClass::kElf64 ? 64 : 32,
                            header.byte_order == elf::ByteOrder::kLittle ? "little" : "big"));
  text += field("OS ABI", elf::os_abi_name(header.os_abi));
  text += field("libc", file.libc);
  text += field("size", fmt::format("{} bytes", file.size));
  text += field("entry", fmt::format("{:#x}", raw(header.e_entry)));
  text += optional_field("build id", file.build_id);
  text += field("security", security_words(file.security));
  return text;
}

std::string loader_facts(const Inspection& file) {
  std::string text;
  text += optional_field("interpreter", file.interp);
  text += optional_field("soname", file.soname);
  text += optional_field("rpath", file.rpath);
  text += optional_field("runpath", file.runpath);
  for (const std::string& name : file.needed) text += field("needed", name);
  text += field("symbols", fmt::format("{} dynamic", file.dynamic_symbols));
  return text;
}

std::string versions(const Inspection& file, const TextStyle& style) {
  std::string text;
  if (!file.version_needs.empty()) text += render_heading(style, "Versions needed") + "\n";
  for (const VersionLine& line : file.version_needs) {
    text += field(line.library, fmt::format("{}", fmt::join(line.versions, " ")));
  }
  if (!file.version_definitions) return text;
  text += render_heading(style, "Versions defined") + "\n";
  const VersionLine& own = *file.version_definitions;
  return text + field(own.library, fmt::format("{}", fmt::join(own.versions, " ")));
}

std::string segments(const Inspection& file, const TextStyle& style) {
  if (file.segments.empty()) return "";
  std::string text = render_heading(style, "Segments") + "\n";
  text += fmt::format("  {:<16} {:>12} {:>14} {:>12} {:>12} {:>3} {:>8}\n", "type", "offset",
                      "address", "in file", "in memory", "", "align");
  for (const elf::Segment& segment : file.segments) {
    text += fmt::format("  {:<16} {:>#12x} {:>#14x} {:>#12x} {:>#12x} {} {:>#8x}\n",
                        elf::segment_type_name(segment.p_type), raw(segment.p_offset),
                        raw(segment.p_vaddr), segment.p_filesz, segment.p_memsz,
                        flags_text(segment.p_flags), segment.p_align);
  }
  return text;
}

std::string dynamic_section(const Inspection& file, const TextStyle& style) {
  if (file.dynamic.empty()) return "";
  std::string text = render_heading(style, "Dynamic section") + "\n";
  for (const DynamicLine& line : file.dynamic) {
    text += fmt::format("  {:<18} {:#x}{}\n", line.name, line.value,
                        line.text ? " " + printable(*line.text) : "");
  }
  return text;
}

std::string notes(const Inspection& file, const TextStyle& style) {
  if (file.notes.empty()) return "";
  std::string text = render_heading(style, "Notes") + "\n";
  for (const NoteLine& note : file.notes) {
    text +=
        fmt::format("  {:<8} type {:#x}, {} bytes\n", printable(note.owner), note.type, note.size);
  }
  return text;
}

}  // namespace

std::string render_inspection(const Inspection& file, const TextStyle& style) {
  std::string text = render_heading(style, printable(file.path)) + "\n";
  text += identity(file) + loader_facts(file);
  text += versions(file, style) + segments(file, style) + dynamic_section(file, style);
  text += notes(file, style);
  for (const std::string& problem : file.problems) {
    text += render_alarm(style, "unreadable: " + printable(problem)) + "\n";
  }
  return text;
}

}  // namespace elfwheel::report
