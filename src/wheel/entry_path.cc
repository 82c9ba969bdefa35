#include "wheel/entry_path.h"

#include <fmt/format.h>

#include <unordered_map>

#include "base/paths.h"
#include "elfwheel/base/error.h"

namespace elfwheel::wheel {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool has_drive(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return name.size() >= 2 && is_letter(name[0]) && name[1] == ':';
}

}  // namespace

std::string printable(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (is_control(c))
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      result += c;
  }
  return result;
}

std::string entry_path_problem(std::string_view name) {
  if (name.empty()) return "the name is empty";
  if (name.find('\0') != std::string_view::npos) return "the name has a NUL byte";
  if (name.front() == '/' || has_drive(name)) return "the name is an absolute path";
  if (name.find('\\') != std::string_view::npos) return "the name has a backslash";
  for (const std::string& part : split(name, '/')) {
    if (part == "..") return "the name leaves the directory";
    if (part.empty() || part == ".") return "the name has an empty part";
  }
  return "";
}

void check_clashes(const std::vector<ArchiveEntry>& entries) {
  std::unordered_map<std::string_view, bool> is_directory;
  for (const ArchiveEntry& entry : entries)
    if (!is_directory.emplace(entry.path, entry.is_directory).second)
      throw Error(ErrorCode::kCorrupt, fmt::format("{}: the archive has two entries of this name",
                                                   printable(entry.path)));
  for (const ArchiveEntry& entry : entries) {
    const std::string_view path = entry.path;
    for (size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
      const auto parent = is_directory.find(path.substr(0, slash));
      if (parent != is_directory.end() && !parent->second)
        throw Error(ErrorCode::kCorrupt,
                    fmt::format("{}: the archive has a file of the name {} too", printable(path),
                                printable(parent->first)));
    }
  }
}

}  // namespace elfwheel::wheel
