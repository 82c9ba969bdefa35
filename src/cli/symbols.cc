#include "cli/symbols.h"

#include <algorithm>
#include <utility>

#include "elfwheel/base/error.h"
#include "elfwheel/elf/demangle.h"
#include "elfwheel/elf/notes.h"
#include "elfwheel/elf/symbol_class.h"
#include "elfwheel/elf/symbol_versions.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::cli {

namespace {

using report::SymbolHolder;
using report::SymbolLine;

// Symbols of sections and source files are a linker's notes; entry 0 of every table is none.
bool is_listed(const elf::DynamicSymbol& symbol, const SymbolChoice& choice) {
  if (symbol.type == elf::STT_SECTION || symbol.type == elf::STT_FILE) return false;
  return symbol.is_defined() ? choice.defined : choice.undefined;
}

SymbolLine make_line(const elf::DynamicSymbol& symbol, const elf::SymbolPlaces& places,
                     const elf::SymbolVersions& versions, bool demangle) {
  const elf::SymbolPlace place = places.find(symbol);
  const elf::SymbolVersion version = versions.find(symbol);
  SymbolLine line;
  line.name = symbol.name;
  if (demangle) line.demangled = elf::demangle(symbol.name);
  line.version = version.name;
  line.is_default = version.is_default;
  line.library = version.library;
  line.defined = symbol.is_defined();
  line.letter = elf::nm_letter(symbol, place);
  line.type = symbol.type;
  line.binding = symbol.binding;
  line.visibility = symbol.visibility;
  line.value = symbol.value;
  line.address = place == elf::SymbolPlace::kCommon ? symbol.size : places.address(symbol);
  line.size = symbol.size;
  return line;
}

std::vector<SymbolLine> read_lines(const elf::ElfFile& file, const SymbolChoice& choice) {
  const std::vector<elf::DynamicSymbol> symbols = elf::read_dynamic_symbols(file);
  const elf::SymbolPlaces places(file);
  const elf::SymbolVersions versions(file);
  std::vector<SymbolLine> lines;
  for (size_t i = 1; i < symbols.size(); ++i)
    if (is_listed(symbols[i], choice))
      lines.push_back(make_line(symbols[i], places, versions, choice.demangle));
  return lines;
}

// As nm sorts in the C locale: versions of one name stand as in the file.
void sort_by_name(std::vector<SymbolLine>& lines) {
  std::stable_sort(lines.begin(), lines.end(), [](const SymbolLine& left, const SymbolLine& right) {
    return left.name < right.name;
  });
}

// The objects in the loader's order of search.
std::vector<loader::ObjectId> search_order(const loader::LinkMap& map) {
  std::vector<loader::ObjectId> order{0};
  order.insert(order.end(), map.load_order.begin(), map.load_order.end());
  return order;
}

// The loader takes no definition that its own file keeps to itself (glibc elf/dl-lookup.c,
// do_lookup_x).
bool counts_for_loader(const SymbolLine& line) {
  if (!line.defined) return true;
  return line.binding != elf::STB_LOCAL && line.visibility != elf::STV_HIDDEN &&
         line.visibility != elf::STV_INTERNAL;
}

// With definitions and needs both, whatever is chosen.
SymbolHolder read_holder(const loader::LoadedObject& object, const FileSystem& files,
                         const WantedSymbol& wanted, bool demangle) {
  SymbolHolder holder;
  holder.path = object.path;
  holder.real_path = object.real_path;
  holder.soname = object.soname;
  holder.found_by = loader::found_by_name(object.found_by);
  try {
    const OpenedFile opened = files.open(object.path);
    if (opened.error != 0) throw io_error("cannot open", opened.error);
    const elf::ElfFile file = elf::ElfFile::parse(opened.contents->bytes());
    for (SymbolLine& line : read_lines(file, {true, true, demangle}))
      if (wanted.matches(line) && counts_for_loader(line))
        holder.symbols.push_back(std::move(line));
    if (!holder.symbols.empty()) holder.build_id = elf::find_build_id(file);
  } catch (const Error& error) {
    holder.problem = error.what();
  }
  return holder;
}

std::vector<std::string> find_missing(const loader::LinkMap& map) {
  std::vector<std::string> missing;
  for (const loader::Request& request : map.requests) {
    // A DT_AUXILIARY may be missing.
    if (request.object || request.tag == elf::DT_AUXILIARY) continue;
    if (std::find(missing.begin(), missing.end(), request.name) == missing.end())
      missing.push_back(request.name);
  }
  return missing;
}

}  // namespace

WantedSymbol::WantedSymbol(const std::string& text) : text_(text), name_(text) {
  const size_t at = text.find('@', 1);
  if (at == std::string::npos) return;
  name_ = text.substr(0, at);
  default_only_ = text.compare(at, 2, "@@") == 0;
  version_ = text.substr(at + (default_only_ ? 2 : 1));
}

bool WantedSymbol::matches(const SymbolLine& symbol) const {
  if (symbol.name != name_) {
    if (!symbol.demangled) return false;
    const std::string& readable = *symbol.demangled;
    return readable == text_ || readable.compare(0, text_.size() + 1, text_ + "(") == 0;
  }
  if (default_only_ && !symbol.is_default) return false;
  return version_.empty() || symbol.version == version_;
}

report::SymbolList list_symbols(const elf::ElfFile& file, const std::string& path,
                                const SymbolChoice& choice) {
  report::SymbolList list{path, file.is_64(), read_lines(file, choice)};
  sort_by_name(list.symbols);
  return list;
}

report::SymbolSearch search_symbol(const loader::LinkMap& map, const FileSystem& files,
                                   const std::string& path, const std::string& wanted,
                                   const SymbolChoice& choice) {
  const WantedSymbol pattern(wanted);
  report::SymbolSearch search;
  search.path = path;
  search.wanted = wanted;
  search.missing = find_missing(map);
  for (const loader::ObjectId id : search_order(map)) {
    ++search.objects;
    SymbolHolder holder = read_holder(map.objects[id], files, pattern, choice.demangle);
    for (const SymbolLine& line : holder.symbols) search.is_defined |= line.defined;
    std::erase_if(holder.symbols, [&](const SymbolLine& line) {
      return line.defined ? !choice.defined : !choice.undefined;
    });
    if (!holder.symbols.empty() || !holder.problem.empty())
      search.holders.push_back(std::move(holder));
  }
  return search;
}

}  // namespace elfwheel::cli
