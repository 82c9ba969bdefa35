// readelf's side: its output, taken apart with regular expressions.

#include "elf/judges/readelf.h"

#include <fmt/format.h>

#include <regex>

#include "elf/judges/run.h"

namespace elfwheel::test {
namespace {

using std::regex;
using std::smatch;

// Calls `visitor` with the matches of each output line that `pattern` matches from its beginning.
template <class Visitor>
void for_each_match(const std::vector<std::string>& command, const char* pattern,
                    Visitor&& visitor) {
  const regex compiled(pattern);
  for (const std::string& line : lines_of(run(command).out)) {
    smatch match;
    if (std::regex_search(line, match, compiled, std::regex_constants::match_continuous))
      visitor(match);
  }
}

std::string hex(const std::string& digits) {
  return fmt::format("{:#x}", std::stoull(digits, nullptr, 16));
}

std::string without_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

}  // namespace

Lines readelf_header(const std::string& path) {
  static const std::pair<const char*, const char*> kFields[] = {
      {"Class", "class"},
      {"Data", "data"},
      {"ABI Version", "abi_version"},
      {"Type", "e_type"},
      {"Machine", "e_machine"},
      {"Entry point address", "e_entry"},
      {"Start of program headers", "e_phoff"},
      {"Start of section headers", "e_shoff"},
      {"Flags", "e_flags"},
      {"Size of this header", "e_ehsize"},
      {"Size of program headers", "e_phentsize"},
      {"Number of program headers", "e_phnum"},
      {"Size of section headers", "e_shentsize"},
      {"Number of section headers", "e_shnum"},
      {"Section header string table index", "e_shstrndx"},
  };
  Lines result;
  for_each_match({"readelf", "-hW", path}, " +([^:]+): +(.*)", [&](const smatch& match) {
    for (const auto& [theirs, ours] : kFields) {
      if (match[1] != theirs) continue;
      std::string value = match[2];
      const std::string name = ours;
      if (name == "data") value = value.substr(value.find(", ") + 2);
      if (name == "e_type") value = value.substr(0, value.find(' '));
      if (name == "e_flags") value = value.substr(0, value.find(','));
      if (name.substr(0, 4) == "e_ph" || name.substr(0, 4) == "e_sh" || name == "e_ehsize")
        value = value.substr(0, value.find(' '));
      result.push_back(name + " " + value);
    }
  });
  return result;
}

Lines readelf_segments(const std::string& path) {
  Lines result;
  for_each_match({"readelf", "-lW", path},
                 "  ([A-Z_0-9+x<>a-z: ]+?) +0x([0-9a-f]+) 0x([0-9a-f]+) 0x([0-9a-f]+) "
                 "0x([0-9a-f]+) 0x([0-9a-f]+) ([RWE ]{3}) (0x[0-9a-f]+|0)$",
                 [&](const smatch& m) {
                   result.push_back(fmt::format("{} {} {} {} {} {} {} {}", m[1].str(), hex(m[2]),
                                                hex(m[3]), hex(m[4]), hex(m[5]), hex(m[6]),
                                                without_spaces(m[7]), hex(m[8])));
                 });
  return result;
}

Lines readelf_dynamic(const std::string& path) {
  Lines result;
  for_each_match({"readelf", "-dW", path}, " 0x([0-9a-f]+) \\(([^)]+)\\) +(.*)",
                 [&](const smatch& match) {
                   if (match[2] == "NULL") return;
                   const std::string value = match[3];
                   const auto open = value.find('[');
                   const bool is_text = open != std::string::npos && value.back() == ']';
                   result.push_back(fmt::format("{} {}{}", hex(match[1]), match[2].str(),
                                                is_text ? " " + value.substr(open) : ""));
                 });
  return result;
}

Lines readelf_symbols(const std::string& path) {
  Lines result;
  for_each_match(
      {"readelf", "-sDW", path},
      " +[0-9]+: ([0-9a-f]+) +([0-9a-fx]+) ([A-Z]+) +([A-Z]+) +([A-Z]+) +(?:\\[[^\\]]*\\] "
      "+)?([A-Z0-9]+) ?([^ ]*)",
      [&](const smatch& m) {
        // A section symbol has no name of its own; readelf prints the section's.
        const std::string name = m[3] == "SECTION" ? "" : m[7].str();
        result.push_back(fmt::format("{} {} {} {} {} {} {}", hex(m[1]),
                                     std::stoull(m[2], nullptr, 0), m[3].str(), m[4].str(),
                                     m[5].str(), m[6].str(), name));
      });
  return result;
}

Lines readelf_versions(const std::string& path) {
  static const regex kNeed(".* Version: 1  File: (.*)  Cnt: [0-9]+");
  static const regex kWanted(" +[0-9a-fx]+:   Name: (.*)  Flags: (.*)  Version: ([0-9]+)");
  static const regex kDefined(
      " +[0-9a-fx]+: Rev: 1  Flags: (.*?) +Index: ([0-9]+)  Cnt: [0-9]+  Name: (.*)");
  static const regex kParent(" +[0-9a-fx]+: Parent [0-9]+: (.*)");
  Lines result;
  for (const std::string& line : lines_of(run({"readelf", "-VW", path}).out)) {
    smatch m;
    if (std::regex_match(line, m, kNeed)) result.push_back("need " + m[1].str());
    if (std::regex_match(line, m, kWanted))
      result.push_back(fmt::format("  {} {} {}", m[1].str(), m[2].str(), m[3].str()));
    if (std::regex_match(line, m, kDefined))
      result.push_back(fmt::format("define {} {} {}", m[2].str(), m[1].str(), m[3].str()));
    if (std::regex_match(line, m, kParent)) result.push_back("  parent " + m[1].str());
  }
  return result;
}

Lines readelf_notes(const std::string& path) {
  Lines result;
  for_each_match({"readelf", "-nW", path}, "  ([^ ]+) +0x([0-9a-f]{8})\t([^\t]*)\t?(.*)",
                 [&](const smatch& match) {
                   // Notes for debuggers and linkers are in no PT_NOTE; readelf goes by sections.
                   if (match[1] == "stapsdt" || match[3].str().find("GOLD") != std::string::npos)
                     return;
                   result.push_back(match[1].str() + " " + hex(match[2]));
                   static const regex kBuildId(".*Build ID: ([0-9a-f]+)");
                   const std::string rest = match[4];
                   smatch id;
                   if (std::regex_match(rest, id, kBuildId))
                     result.push_back("build id " + id[1].str());
                 });
  return result;
}

Lines readelf_warnings(const std::string& path) {
  Lines result = lines_of(run({"readelf", "-aW", path}).err);
  for (std::string& line : result)
    for (size_t at; (at = line.find(path)) != std::string::npos;) line.erase(at, path.size());
  return result;
}

}  // namespace elfwheel::test
