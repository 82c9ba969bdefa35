#include "cli/patchelf_plan.h"

#include <algorithm>
#include <bit>

#include "base/paths.h"
#include "cli/os_abi.h"
#include "cli/rpath_words.h"
#include "elfwheel/elf/symbols.h"
#include "elfwheel/loader/resolution_cache.h"
#include "elfwheel/loader/shrink_rpath.h"

namespace elfwheel::cli {

namespace {

using elf::Edits;
using elf::ElfFile;

Error unsupported(const std::string& message) { return Error(ErrorCode::kUnsupported, message); }

void check_kind(const ElfFile& file) {
  const uint16_t type = file.header().e_type;
  if (type != elf::ET_EXEC && type != elf::ET_DYN)
    throw unsupported(elf::file_type_name(type) + " file: neither a program nor a shared library");
}

std::string interpreter_of(const ElfFile& file) {
  if (!file.interp()) throw unsupported("no interpreter: no program, or linked statically");
  return std::string(*file.interp());
}

const ElfFile& require_dynamic(const ElfFile& file) {
  if (!file.has_dynamic()) throw unsupported("no dynamic section: linked statically");
  return file;
}

const char* exec_stack_text(const ElfFile& file) {
  const std::optional<bool> wanted = elf::wants_exec_stack(file);
  return wanted ? (*wanted ? "execstack: X\n" : "execstack: -\n") : "execstack: ?\n";
}

// One of the four operations, as patchelf chooses where several are given; nothing for none.
std::optional<std::string> wanted_rpath(const PatchelfArguments& arguments, const ElfFile& file) {
  const std::string rpath = effective_rpath(file);
  if (arguments.shrink_rpath)
    return loader::shrink_rpath(file, rpath, allowed_prefixes(arguments.allowed_rpath_prefixes),
                                host_file_system());
  if (arguments.remove_rpath) return "";
  if (arguments.set_rpath) return arguments.set_rpath;
  if (!arguments.add_rpath) return std::nullopt;
  // Another entry that is empty would be the current directory.
  if (rpath.empty() || arguments.add_rpath->empty()) return rpath + *arguments.add_rpath;
  return rpath + ":" + *arguments.add_rpath;
}

void plan_rpath(const PatchelfArguments& arguments, const ElfFile& file, Edits& edits) {
  if (!arguments.shrink_rpath && !arguments.remove_rpath && !arguments.set_rpath &&
      !arguments.add_rpath)
    return;
  const std::optional<std::string> wanted = wanted_rpath(arguments, require_dynamic(file));
  const bool has_rpath = file.rpath().has_value();
  const bool has_runpath = file.runpath().has_value();
  if (wanted->empty() && !has_rpath && !has_runpath) return;
  const bool has_the_tag =
      arguments.force_rpath ? has_rpath && !has_runpath : has_runpath && !has_rpath;
  if (!wanted->empty() && *wanted == effective_rpath(file) && has_the_tag) return;
  edits.rpath = wanted;
  edits.rpath_tag = arguments.force_rpath ? elf::RpathTag::kRpath : elf::RpathTag::kRunpath;
}

void plan_needed(const PatchelfArguments& arguments, const ElfFile& file, Edits& edits) {
  if (arguments.remove_needed.empty() && arguments.replace_needed.empty() &&
      arguments.add_needed.empty())
    return;
  const std::vector<std::string_view> needed = require_dynamic(file).needed();
  const auto is_needed = [&](const std::string& name) {
    return std::find(needed.begin(), needed.end(), name) != needed.end();
  };
  std::copy_if(arguments.remove_needed.begin(), arguments.remove_needed.end(),
               std::back_inserter(edits.remove_needed), is_needed);
  for (const auto& [old_name, new_name] : arguments.replace_needed)
    if (is_needed(old_name) && old_name != new_name)
      edits.replace_needed.emplace_back(old_name, new_name);
  edits.add_needed = {arguments.add_needed.begin(), arguments.add_needed.end()};
}

void plan_os_abi(const PatchelfArguments& arguments, const ElfFile& file, Edits& edits) {
  if (!arguments.os_abi) return;
  const uint8_t wanted = parse_os_abi(*arguments.os_abi);
  if (wanted != file.header().os_abi) edits.os_abi = wanted;
}

void plan_interpreter(const PatchelfArguments& arguments, const ElfFile& file, Edits& edits) {
  if (!arguments.interpreter.empty() && interpreter_of(file) != arguments.interpreter)
    edits.interpreter = arguments.interpreter;
}

void plan_soname(const PatchelfArguments& arguments, const ElfFile& file, Edits& edits) {
  // patchelf passes fixed-address programs over.
  if (!arguments.soname || file.header().e_type == elf::ET_EXEC) return;
  if (file.soname() != *arguments.soname) edits.soname = arguments.soname;
}

void plan_exec_stack(const PatchelfArguments& arguments, const ElfFile& file, Edits& edits) {
  if (arguments.print_execstack || (!arguments.clear_execstack && !arguments.set_execstack)) return;
  const bool wanted = !arguments.clear_execstack;
  if (elf::wants_exec_stack(file) != wanted) edits.exec_stack = wanted;
}

void plan_loader_flags(const PatchelfArguments& arguments, const ElfFile& file, Edits& edits) {
  if (arguments.no_default_lib) {
    const uint64_t flags = require_dynamic(file).find_dynamic(elf::DT_FLAGS_1).value_or(0);
    edits.no_default_lib = (flags & elf::DF_1_NODEFLIB) == 0;
  }
  if (arguments.debug_tag) edits.debug_tag = !require_dynamic(file).find_dynamic(elf::DT_DEBUG);
}

void plan_symbols(const PatchelfArguments& arguments, const ElfFile& file, Edits& edits) {
  if (arguments.clear_versions.empty() && arguments.rename_symbols.empty()) return;
  require_dynamic(file);
  edits.clear_versions = {arguments.clear_versions.begin(), arguments.clear_versions.end()};
  if (arguments.rename_symbols.empty()) return;
  // One map serves many files: a static PIE with none of its names need not be refused.
  std::set<std::string_view> names;
  for (const elf::DynamicSymbol& symbol : elf::read_dynamic_symbols(file))
    names.insert(symbol.name);
  std::copy_if(arguments.rename_symbols.begin(), arguments.rename_symbols.end(),
               std::back_inserter(edits.rename_symbols), [&](const auto& pair) {
                 return names.count(pair.first) > 0 && pair.first != pair.second;
               });
}

// The cache is about the file as the other edits leave it.
void plan_resolution_cache(const ElfFile& file, Edits& edits, Console& console) {
  const std::vector<std::byte> edited =
      edits.empty() ? std::vector<std::byte>() : elf::edit_in_memory(file.bytes(), edits);
  const loader::ResolutionCache cache = loader::build_resolution_cache(
      edited.empty() ? file : ElfFile::parse(edited), host_file_system());
  if (cache.descriptor.empty()) {
    console.complain("no resolution cache is written: " + cache.why_none);
  } else {
    edits.resolution_cache = cache.descriptor;
  }
}

// patchelf takes any number; one that no segment can be aligned to is as good as none.
uint64_t usable_page_size(int size) {
  const auto value = static_cast<uint64_t>(size);
  return std::has_single_bit(value) && value >= 4096 ? value : 0;
}

}  // namespace

Edits print_and_plan(const PatchelfArguments& arguments, const ElfFile& file, Console& console) {
  const auto print_line = [&](std::string_view text) { console.print(std::string(text) + "\n"); };
  check_kind(file);
  Edits edits;
  if (arguments.print_interpreter) print_line(interpreter_of(file));
  if (arguments.print_os_abi) print_line(os_abi_text(file.header().os_abi));
  plan_os_abi(arguments, file, edits);
  if (arguments.print_soname && file.soname()) print_line(*file.soname());
  plan_soname(arguments, file, edits);
  plan_interpreter(arguments, file, edits);
  if (arguments.print_rpath) print_line(effective_rpath(require_dynamic(file)));
  if (arguments.print_execstack) console.print(exec_stack_text(file));
  plan_exec_stack(arguments, file, edits);
  plan_rpath(arguments, file, edits);
  if (arguments.print_needed)
    for (const std::string_view name : require_dynamic(file).needed()) print_line(name);
  plan_needed(arguments, file, edits);
  plan_loader_flags(arguments, file, edits);
  plan_symbols(arguments, file, edits);
  edits.page_size = usable_page_size(arguments.page_size);
  if (arguments.build_resolution_cache) plan_resolution_cache(file, edits, console);
  return edits;
}

}  // namespace elfwheel::cli
