#include "cli/results_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "elfwheel/base/error.h"

namespace elfwheel::cli {

namespace {

constexpr size_t kPart = 1 << 16;

// Held while it lives; the kernel lets go of it when the process dies.
class Lock {
 public:
  Lock(int file, int kind) : file_(file) {
    while (::flock(file_, kind) != 0)
      if (errno != EINTR) throw io_error("cannot lock", errno);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { ::flock(file_, LOCK_UN); }

 private:
  int file_;
};

uint64_t size_of(int file) {
  struct stat status = {};
  if (::fstat(file, &status) != 0) throw io_error("cannot read", errno);
  return static_cast<uint64_t>(status.st_size);
}

std::string read_part(int file, uint64_t offset, size_t size) {
  std::string part(size, '\0');
  ssize_t got = 0;
  do {
    got = ::pread(file, part.data(), size, static_cast<off_t>(offset));
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw io_error("cannot read", errno);
  part.resize(static_cast<size_t>(got));
  return part;
}

// Where the line begins that `size` bytes end with, if no '\n' ends it; else `size`.
uint64_t find_torn_line(int file, uint64_t size) {
  for (uint64_t end = size; end > 0;) {
    const uint64_t begin = end - std::min<uint64_t>(end, kPart);
    const std::string part = read_part(file, begin, end - begin);
    if (const size_t at = part.rfind('\n'); at != part.npos) return begin + at + 1;
    end = begin;
  }
  return 0;
}

Error not_a_result(const std::string& which) {
  return {ErrorCode::kUsage, which + " is no result of elfwheel: name another file"};
}

void check_torn_line(int file, uint64_t begin, uint64_t size) {
  const std::string_view wanted = ResultsFile::kBeginning;
  const size_t length = std::min<uint64_t>(size - begin, wanted.size());
  if (read_part(file, begin, length) != wanted.substr(0, length))
    throw not_a_result("what it ends with");
}

report::Json parse_line(std::string_view text, size_t number) {
  report::Json line = report::Json::parse(text, nullptr, false);
  if (!text.starts_with(ResultsFile::kBeginning) || !line.is_object())
    throw not_a_result(fmt::format("line {}", number));
  return line;
}

}  // namespace

ResultsFile::ResultsFile(const std::string& path)
    : file_(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666)) {
  if (!file_.is_open()) throw io_error("cannot open", errno);
  struct stat status = {};
  if (::fstat(file_.number(), &status) != 0) throw io_error("cannot read", errno);
  if (!S_ISREG(status.st_mode))
    throw Error(ErrorCode::kUsage, "not a regular file; --jsonl prints the lines");
}

void ResultsFile::for_each(const std::function<void(const report::Json&)>& take) const {
  const int file = file_.number();
  uint64_t size = 0;
  {
    // Beyond this block the lines up to `size` stay as they are, whoever adds more.
    const Lock lock(file, LOCK_SH);
    const uint64_t whole = size_of(file);
    size = find_torn_line(file, whole);
    check_torn_line(file, size, whole);
  }
  std::string text;  // the line that is being read
  size_t number = 0;
  for (uint64_t offset = 0; offset < size;) {
    const std::string part = read_part(file, offset, std::min<uint64_t>(kPart, size - offset));
    if (part.empty()) throw Error(ErrorCode::kIo, "was cut while it was read");
    offset += part.size();
    size_t begin = 0;
    for (size_t end = part.find('\n'); end != part.npos; end = part.find('\n', begin)) {
      text.append(part, begin, end - begin);
      take(parse_line(text, ++number));
      text.clear();
      begin = end + 1;
    }
    text.append(part, begin);
  }
}

void ResultsFile::append(std::string_view line) {
  const int file = file_.number();
  const Lock lock(file, LOCK_EX);
  const uint64_t size = size_of(file);
  const uint64_t whole = find_torn_line(file, size);
  check_torn_line(file, whole, size);
  if (whole != size && ::ftruncate(file, static_cast<off_t>(whole)) != 0)
    throw io_error("cannot cut off an unfinished line", errno);
  while (!line.empty()) {
    const ssize_t written = ::write(file, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int number = errno;
      // Should that fail, too, the next line's writer does it.
      static_cast<void>(::ftruncate(file, static_cast<off_t>(whole)));
      throw io_error("cannot write", number);
    }
    line.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace elfwheel::cli
