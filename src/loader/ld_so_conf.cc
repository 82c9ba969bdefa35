#include "loader/ld_so_conf.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/paths.h"
#include "loader/preload_file.h"
#include "loader/wildcard.h"

namespace elfwheel::loader {

namespace {

constexpr std::string_view kBlanks = " \t";

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

// What follows `word` and a blank at the front of the line; nothing where that is not there.
std::optional<std::string_view> after_word(std::string_view line, std::string_view word,
                                           bool any_case) {
  if (line.size() <= word.size() || kBlanks.find(line[word.size()]) == kBlanks.npos)
    return std::nullopt;
  const bool same = std::equal(word.begin(), word.end(), line.begin(), [&](char a, char b) {
    return a == b || (any_case && a == std::tolower(static_cast<unsigned char>(b)));
  });
  if (!same) return std::nullopt;
  return line.substr(word.size() + 1);
}

// The line's directory; "lib=TYPE" said of which libc it was, in the days of libc 5.
std::string_view directory_of(std::string_view line) {
  line = line.substr(0, line.find('='));
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  while (!line.empty() && line.back() == '/') line.remove_suffix(1);
  return line;
}

class ConfReader {
 public:
  explicit ConfReader(const FileSystem& files) : files_(files) {}

  // Goes through the files in the order of their lines with a stack of its own: a chain of includes
  // may be longer than the thread's is deep.
  std::vector<ConfDirectory> read(const std::string& conf) {
    stack_.push_back({conf, std::nullopt});
    while (!stack_.empty()) {
      if (!stack_.back().text && !open(stack_.back())) {
        stack_.pop_back();
        continue;
      }
      Reading& reading = stack_.back();
      if (reading.at >= reading.text->size()) {
        stack_.pop_back();
        continue;
      }
      const size_t end = std::min(reading.text->find('\n', reading.at), reading.text->size());
      const std::string line = reading.text->substr(reading.at, end - reading.at);
      reading.at = end + 1;
      ++reading.line;
      read_line(line, reading.path, reading.line);
    }
    return std::move(directories_);
  }

 private:
  struct Reading {
    std::string path;
    std::optional<std::string> text;  // nothing: not opened yet
    size_t at = 0;
    size_t line = 0;
  };

  bool open(Reading& reading) {
    if (files_.status(reading.path).kind != FileKind::kRegular) return false;
    const OpenedFile file = files_.open(reading.path);
    if (file.error != 0 || !seen_.insert({file.id.device, file.id.inode}).second) return false;
    reading.text = std::string(file.contents->bytes().text());
    return true;
  }

  // `path` by value: an include moves what it would refer to.
  void read_line(std::string_view line, const std::string path, size_t number) {
    line = line.substr(0, line.find_first_of(std::string_view("#\0", 2)));
    while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
    if (const auto patterns = after_word(line, "include", false)) {
      include(split_words(*patterns, kBlanks), path);
      return;
    }
    if (after_word(line, "hwcap", true)) return;  // ldconfig says that it ignores it
    const std::string_view directory = directory_of(line);
    if (directory.empty() || directory.front() != '/') return;
    directories_.push_back({std::string(directory), path + ":" + std::to_string(number)});
  }

  void include(const std::vector<std::string>& patterns, const std::string& path) {
    std::vector<std::string> found;
    for (const std::string& pattern : patterns) {
      const bool is_absolute = pattern.front() == '/';
      for (std::string& each : find_by_pattern(
               files_, is_absolute ? pattern : std::string(directory_name(path)) + "/" + pattern))
        found.push_back(std::move(each));
    }
    for (auto each = found.rbegin(); each != found.rend(); ++each)
      stack_.push_back({std::move(*each), std::nullopt});
  }

  const FileSystem& files_;
  std::vector<Reading> stack_;
  std::set<std::pair<uint64_t, uint64_t>> seen_;
  std::vector<ConfDirectory> directories_;
};

}  // namespace

std::vector<ConfDirectory> read_ld_so_conf(const FileSystem& files, const std::string& conf) {
  return ConfReader(files).read(conf);
}

}  // namespace elfwheel::loader
