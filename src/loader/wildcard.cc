#include "loader/wildcard.h"

#include <fnmatch.h>

#include <algorithm>
#include <climits>
#include <unordered_set>

#include "base/paths.h"

namespace elfwheel::loader {

namespace {

// Where the bracket expression that begins the pattern ends; 0 where it is a plain "[".
size_t bracket_length(std::string_view pattern) {
  size_t at = 1;
  if (at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^')) ++at;
  if (at < pattern.size() && pattern[at] == ']') ++at;
  while (at < pattern.size() && pattern[at] != ']') {
    const bool is_class = pattern.substr(at, 2) == "[:";
    const size_t end = is_class ? pattern.find(":]", at + 2) : std::string_view::npos;
    at = end == std::string_view::npos ? at + 1 : end + 2;
  }
  return at < pattern.size() ? at + 1 : 0;
}

// The length of the piece at the front of the pattern that stands for one character.
size_t piece_length(std::string_view pattern) {
  if (pattern.front() == '\\') return pattern.size() > 1 ? 2 : 1;
  if (pattern.front() == '[') return std::max<size_t>(bracket_length(pattern), 1);
  return 1;
}

bool fits_piece(char c, std::string_view piece) {
  if (piece == "?") return true;
  if (piece.size() == 1) return piece.front() == c;
  if (piece.front() == '\\') return piece[1] == c;
  return ::fnmatch(std::string(piece).c_str(), std::string(1, c).c_str(), 0) == 0;
}

bool is_plain(std::string_view part) { return part.find_first_of("*?[\\") == part.npos; }

}  // namespace

bool fits_pattern(std::string_view name, std::string_view pattern) {
  const bool is_hidden = !name.empty() && name.front() == '.';
  if (is_hidden && (pattern.empty() || (pattern[0] != '.' && pattern.substr(0, 2) != "\\.")))
    return false;
  // Only the last star can be made to stand for more: what an earlier one could win, it can too.
  size_t at = 0;
  size_t piece = 0;
  size_t star = std::string_view::npos;
  size_t star_at = 0;
  while (at < name.size()) {
    if (piece < pattern.size() && pattern[piece] == '*') {
      star = ++piece;
      star_at = at;
      continue;
    }
    const size_t length = piece < pattern.size() ? piece_length(pattern.substr(piece)) : 0;
    if (length != 0 && fits_piece(name[at], pattern.substr(piece, length))) {
      piece += length;
      ++at;
    } else if (star != std::string_view::npos) {
      piece = star;
      at = ++star_at;
    } else {
      return false;
    }
  }
  while (piece < pattern.size() && pattern[piece] == '*') ++piece;
  return piece == pattern.size();
}

std::vector<std::string> find_by_pattern(const FileSystem& files, std::string_view pattern) {
  if (pattern.empty() || pattern.front() != '/' || pattern.size() >= PATH_MAX) return {};
  std::vector<std::string> found = {""};
  for (const std::string& part : split(pattern, '/')) {
    if (part.empty()) continue;
    std::vector<std::string> next;
    std::unordered_set<std::string> seen;
    for (const std::string& directory : found) {
      // Many ways to one directory ("*/..", links) would double the work with every component.
      const auto real = files.real_path(directory.empty() ? "/" : directory);
      if (!real || !seen.insert(*real).second) continue;
      if (is_plain(part)) {
        next.push_back(directory + "/" + part);
        continue;
      }
      for (const std::string& name : files.list_directory(*real))
        if (fits_pattern(name, part)) next.push_back(directory + "/" + name);
    }
    found = std::move(next);
  }
  std::vector<std::string> result;
  for (std::string& path : found)
    if (!path.empty() && files.status(path).error == 0) result.push_back(std::move(path));
  return result;
}

}  // namespace elfwheel::loader
