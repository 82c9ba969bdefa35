// What `inspect` tells about one ELF file: a value, and its renderings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "elfwheel/elf/elf_file.h"
#include "elfwheel/report/json.h"
#include "elfwheel/report/text_style.h"

namespace elfwheel::report {

// One entry of the dynamic section, its string looked up where the tag has one.
struct DynamicLine {
  std::string name;  // "DT_NEEDED"
  uint64_t value = 0;
  std::optional<std::string> text;
};

struct NoteLine {
  std::string owner;
  uint32_t type = 0;
  uint64_t size = 0;  // bytes of the description
};

// Names of versions that one library has to have, or that the file itself defines (library: its
// own name).
struct VersionLine {
  std::string library;
  std::vector<std::string> versions;
};

enum class Relro { kNone, kPartial, kFull };

// What protects a process that maps the file.
struct Security {
  Relro relro = Relro::kNone;  // full: the whole GOT, as everything is bound at the start
  bool bind_now = false;
  bool position_independent = false;
  bool executable_stack = false;
  bool text_relocations = false;
  bool writable_code = false;  // a segment that is both writable and executable
};

struct Inspection {
  std::string path;
  uint64_t size = 0;  // bytes
  elf::Header header;
  std::string architecture;  // as elf::wheel_architecture
  std::string libc;          // as elf::libc_name
  std::optional<std::string> interp;
  std::optional<std::string> soname;
  std::vector<std::string> needed;
  std::optional<std::string> rpath;
  std::optional<std::string> runpath;
  std::optional<std::string> build_id;
  std::vector<elf::Segment> segments;
  std::vector<DynamicLine> dynamic;
  std::vector<VersionLine> version_needs;
  std::optional<VersionLine> version_definitions;
  std::vector<NoteLine> notes;
  uint64_t dynamic_symbols = 0;
  Security security;
  // Parts that could not be read, one line each; the others are told all the same.
  std::vector<std::string> problems;
};

std::string render_inspection(const Inspection& inspection, const TextStyle& style);
Json inspection_json(const Inspection& inspection);

}  // namespace elfwheel::report
