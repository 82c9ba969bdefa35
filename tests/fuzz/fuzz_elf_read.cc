// Everything that the reader offers, on any bytes: an Error or an answer, no crash, no hang, and no
// allocation that the file's size does not justify.

#include <cstdint>
#include <vector>

#include "elfwheel/base/error.h"
#include "elfwheel/elf/edit.h"
#include "elfwheel/elf/libc.h"
#include "elfwheel/elf/notes.h"
#include "elfwheel/elf/relocations.h"
#include "elfwheel/elf/strip.h"
#include "elfwheel/elf/symbol_class.h"
#include "elfwheel/elf/symbol_table.h"
#include "elfwheel/elf/symbol_versions.h"
#include "elfwheel/elf/symbols.h"
#include "fuzz/bounded_memory.h"

namespace {

using namespace elfwheel;

size_t total = 0;  // so that nothing that is read is optimised away

void use(std::string_view text) {
  for (const char letter : text) total += static_cast<unsigned char>(letter);
}

template <class Read>
void attempt(Read&& read) {
  try {
    read();
  } catch (const Error& error) {
    use(error.what());
  }
}

void read_headers(const elf::ElfFile& file) {
  use(elf::machine_name(file.header().e_machine));
  use(elf::os_abi_name(file.header().os_abi));
  use(elf::file_type_name(file.header().e_type));
  use(elf::wheel_architecture(file.header()));
  use(file.interp().value_or(""));
  for (const elf::Segment& segment : file.segments()) {
    use(elf::segment_type_name(segment.p_type));
    total += file.addresses().find_offset(segment.p_vaddr, segment.p_filesz).has_value();
    total += file.addresses().available_from(segment.p_vaddr);
  }
  total += elf::wants_exec_stack(file).value_or(false);
}

void read_dynamic(const elf::ElfFile& file) {
  for (const elf::DynEntry& entry : file.dynamic()) {
    use(elf::dyn_tag_name(entry.tag));
    attempt([&] { use(file.dynamic_string(entry.value)); });
    attempt([&] { use(file.string_of(entry.tag).value_or("")); });
  }
  attempt([&] {
    for (const std::string_view name : file.needed()) use(name);
  });
  attempt([&] { use(elf::libc_name(elf::find_libc(file))); });
}

void read_tables(const elf::ElfFile& file) {
  attempt([&] {
    for (const elf::Section& section : file.sections()) {
      use(section.name);
      use(elf::section_type_name(section.sh_type));
    }
  });
  attempt([&] { total += elf::count_dynamic_symbols(file); });
  attempt([&] {
    const elf::SymbolTable table(file);
    for (const elf::DynamicSymbol& symbol : elf::read_dynamic_symbols(file)) {
      // Whoever is found has the name.
      for (const elf::DynamicSymbol& found : table.named(elf::HashedName(symbol.name)))
        if (found.name != symbol.name) __builtin_trap();
    }
  });
  attempt([&] {
    for (const elf::DynamicSymbol& symbol : elf::read_dynamic_symbols(file)) use(symbol.name);
  });
  attempt([&] {
    const elf::SymbolPlaces places(file);
    const elf::SymbolVersions versions(file);
    for (const elf::DynamicSymbol& symbol : elf::read_dynamic_symbols(file)) {
      use(versions.find(symbol).name);
      total += static_cast<unsigned char>(elf::nm_letter(symbol, places.find(symbol)));
      total += places.address(symbol);
    }
  });
  attempt([&] {
    for (const elf::VersionNeed& need : elf::read_version_needs(file)) {
      use(need.file);
      for (const elf::NeededVersion& version : need.versions) use(version.name);
    }
  });
  attempt([&] {
    for (const elf::DefinedVersion& version : elf::read_version_definitions(file)) {
      use(version.name);
      for (const std::string_view parent : version.parents) use(parent);
    }
  });
  attempt([&] {
    for (const elf::Note& note : elf::read_notes(file)) {
      use(note.owner);
      use(note.description.text());
    }
  });
  attempt([&] { use(elf::find_build_id(file).value_or("")); });
  attempt([&] { total += elf::x86_isa_needed(file); });
  attempt([&] { total += elf::read_symbol_relocations(file).size(); });
}

// What is stripped can be read, and has nothing more to be stripped.
void strip(const elf::ElfFile& file) {
  for (const elf::StripLevel level :
       {elf::StripLevel::kDebug, elf::StripLevel::kUnneeded, elf::StripLevel::kAll})
    attempt([&] {
      const std::vector<std::byte> image = elf::strip(file, level, elf::DebugLink{"x.debug", 1});
      if (image.empty()) return;
      const elf::ElfFile stripped = elf::ElfFile::parse(image);
      if (elf::strippable_bytes(stripped, level) != 0) __builtin_trap();
    });
  attempt([&] { total += elf::ElfFile::parse(elf::keep_debug(file)).sections().size(); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::BoundedMemory bounded(size, 65536);
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  attempt([&] {
    const elf::ElfFile file = elf::ElfFile::parse(bytes);
    read_headers(file);
    read_dynamic(file);
    read_tables(file);
    strip(file);
  });
  return 0;
}
