#include "base/paths.h"

namespace elfwheel {

namespace {

// The parts of `path` with "." and empty ones dropped and "x/.." folded; see normalize_path for
// what becomes of a ".." that has nothing to fold with.
std::vector<std::string_view> normal_parts(std::string_view path) {
  const bool absolute = !path.empty() && path.front() == '/';
  std::vector<std::string_view> parts;
  size_t begin = 0;
  while (begin <= path.size()) {
    size_t end = path.find('/', begin);
    if (end == std::string_view::npos) end = path.size();
    const auto part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (!absolute) {
      parts.push_back(part);
    }
  }
  return parts;
}

}  // namespace

std::string normalize_path(std::string_view path) {
  const bool absolute = !path.empty() && path.front() == '/';
  std::string result;
  for (const auto part : normal_parts(path)) {
    if (absolute || !result.empty()) result += '/';
    result += part;
  }
  if (result.empty()) return absolute ? "/" : ".";
  return result;
}

std::string join_path(std::string_view directory, std::string_view name) {
  std::string result(directory);
  if (!result.empty() && result.back() != '/') result += '/';
  result += name;
  return result;
}

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view directory_name(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return slash == 0 ? path.substr(0, 1) : path.substr(0, slash);
}

std::string relative_path(std::string_view from, std::string_view to) {
  const auto from_parts = normal_parts(from);
  const auto to_parts = normal_parts(to);
  size_t same = 0;
  while (same < from_parts.size() && same < to_parts.size() && from_parts[same] == to_parts[same])
    ++same;
  std::string result;
  for (size_t i = same; i < from_parts.size(); ++i) result += result.empty() ? ".." : "/..";
  for (size_t i = same; i < to_parts.size(); ++i) {
    if (!result.empty()) result += '/';
    result += to_parts[i];
  }
  return result.empty() ? "." : result;
}

bool is_within(std::string_view path, std::string_view directory) {
  if (directory == "/") return !path.empty() && path.front() == '/';
  if (path.substr(0, directory.size()) != directory) return false;
  return path.size() == directory.size() || path[directory.size()] == '/';
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (true) {
    const auto end = text.find(separator, begin);
    if (end == std::string_view::npos) break;
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  parts.emplace_back(text.substr(begin));
  return parts;
}

}  // namespace elfwheel
