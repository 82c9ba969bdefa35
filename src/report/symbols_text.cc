// `symbols` as text: a list in nm's columns, or the answer to "who has this name?".
#include <fmt/format.h>

#include <string_view>

#include "elfwheel/report/symbols.h"

namespace elfwheel::report {

namespace {

std::string_view binding_words(const SymbolLine& symbol) {
  switch (symbol.binding) {
    case elf::STB_LOCAL:
      return "local";
    case elf::STB_GLOBAL:
      return "global";
    case elf::STB_WEAK:
      return "weak";
    case elf::STB_GNU_UNIQUE:
      return "unique";
    default:
      return "unknown binding,";
  }
}

std::string_view type_words(const SymbolLine& symbol) {
  switch (symbol.type) {
    case elf::STT_FUNC:
      return "function";
    case elf::STT_GNU_IFUNC:
      return "indirect function (ifunc)";
    case elf::STT_OBJECT:
      return "object";
    case elf::STT_COMMON:
      return "common object";
    case elf::STT_TLS:
      return "thread-local object (tls)";
    default:
      return "symbol without a type";
  }
}

std::string_view visibility_words(const SymbolLine& symbol) {
  switch (symbol.visibility) {
    case elf::STV_PROTECTED:
      return ", protected";
    case elf::STV_HIDDEN:
      return ", hidden";
    case elf::STV_INTERNAL:
      return ", internal";
    default:
      return "";
  }
}

std::string version_words(const SymbolLine& symbol) {
  if (symbol.version.empty()) return "no version";
  if (!symbol.library.empty()) return "version of " + printable(symbol.library);
  return symbol.is_default ? "default version" : "hidden version";
}

std::string symbol_line(const SymbolLine& symbol) {
  std::string text = fmt::format("      {} {}", symbol.letter, printable(versioned_name(symbol)));
  if (symbol.demangled) text += " = " + printable(*symbol.demangled);
  text += fmt::format(": {} {}, {}{}", binding_words(symbol), type_words(symbol),
                      version_words(symbol), visibility_words(symbol));
  if (symbol.defined) text += fmt::format(", {} bytes at {:#x}", symbol.size, symbol.address);
  return text + "\n";
}

// Which file that is, beyond its path.
std::string identity(const SymbolHolder& holder) {
  std::string text;
  if (holder.real_path != holder.path) text += "      is " + printable(holder.real_path) + "\n";
  text += "      " + (holder.soname ? "soname " + printable(*holder.soname) : "no soname");
  if (holder.build_id) text += ", build id " + *holder.build_id;
  if (!holder.found_by.empty()) text += ", found by " + holder.found_by;
  return text + "\n";
}

std::string render_holders(const SymbolSearch& search, const TextStyle& style, bool defined) {
  std::string text;
  for (const SymbolHolder& holder : search.holders) {
    std::string lines;
    for (const SymbolLine& symbol : holder.symbols)
      if (symbol.defined == defined) lines += symbol_line(symbol);
    if (lines.empty()) continue;
    text += fmt::format("  {} {}\n", defined ? "defined by" : "needed by",
                        render_heading(style, printable(holder.path)));
    // Which file it is matters where a definition comes from.
    if (defined) text += identity(holder);
    text += lines;
  }
  return text;
}

}  // namespace

std::string versioned_name(const SymbolLine& symbol, bool demangled) {
  std::string text = demangled ? symbol.demangled.value_or(symbol.name) : symbol.name;
  if (!symbol.version.empty()) text += (symbol.is_default ? "@@" : "@") + symbol.version;
  return text;
}

std::string render_symbol_list(const SymbolList& list) {
  const size_t digits = list.is_64 ? 16 : 8;
  std::string text;
  for (const SymbolLine& symbol : list.symbols) {
    text +=
        symbol.defined ? fmt::format("{:0{}x}", symbol.address, digits) : std::string(digits, ' ');
    text += fmt::format(" {} {}\n", symbol.letter, printable(versioned_name(symbol, true)));
  }
  return text;
}

std::string render_symbol_search(const SymbolSearch& search, const TextStyle& style) {
  std::string text = fmt::format("{} in {}\n", render_heading(style, printable(search.wanted)),
                                 printable(search.path));
  text += render_holders(search, style, true) + render_holders(search, style, false);
  if (!search.is_defined) {
    const std::string words =
        search.objects == 1
            ? "not defined by the only object that is loaded"
            : fmt::format("defined by none of the {} objects that are loaded", search.objects);
    text += "  " + render_alarm(style, words) + "\n";
  }
  for (const std::string& name : search.missing)
    text += "  " + render_alarm(style, printable(name) + " is not found, so not searched") + "\n";
  return text;
}

}  // namespace elfwheel::report
