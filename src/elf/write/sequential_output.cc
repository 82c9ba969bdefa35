#include "elf/write/sequential_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/file_copy.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

constexpr size_t kBuffer = size_t{1} << 20;

// The number in /dev/fd/N and what leads there. Opening such a path again would begin at the
// start of the file that a shell redirected it to, or replace that file.
std::optional<int> named_descriptor(std::string_view path) {
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view prefix : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(prefix)) continue;
    const std::string_view digits = path.substr(prefix.size());
    int number = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc() && end == digits.data() + digits.size()) return number;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Descriptor> open_sequential_output(const std::string& path) {
  if (const auto number = named_descriptor(path)) {
    Descriptor output(::fcntl(*number, F_DUPFD_CLOEXEC, 0));
    if (!output.is_open()) throw io_error("cannot write", errno);
    return output;
  }
  struct stat status = {};
  // What does not exist, and a directory, is for the one who makes files to judge.
  if (::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))
    return std::nullopt;
  Descriptor output(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (!output.is_open()) throw io_error("cannot write", errno);
  return output;
}

void write_sequentially(const MappedFile& source, const Rewrite& rewrite, int output) {
  std::vector<std::byte> buffer(kBuffer);
  auto next = rewrite.overwrites.begin();
  const uint64_t patched = rewrite.patched_size();
  for (uint64_t begin = 0; begin < patched;) {
    const auto length = static_cast<size_t>(std::min<uint64_t>(patched - begin, kBuffer));
    const uint64_t end = begin + length;
    const size_t old = read_at(source.descriptor(), begin, buffer.data(), length);
    std::fill(buffer.begin() + static_cast<ptrdiff_t>(old), buffer.end(), std::byte{0});
    // One that reaches into the next stretch is met again there.
    for (auto overwrite = next; overwrite != rewrite.overwrites.end(); ++overwrite) {
      const uint64_t first = raw(overwrite->offset);
      const uint64_t last = first + overwrite->bytes.size();
      if (first >= end) break;
      if (last <= end) next = overwrite + 1;
      const uint64_t from = std::max(first, begin);
      const uint64_t to = std::min(last, end);
      if (from < to)
        std::memcpy(buffer.data() + (from - begin), overwrite->bytes.data() + (from - first),
                    static_cast<size_t>(to - from));
    }
    write_next(output, Bytes(buffer.data(), length));
    begin = end;
  }
  if (!rewrite.carried) return;
  for (uint64_t done = 0; done < rewrite.carried->size;) {
    const auto length =
        static_cast<size_t>(std::min<uint64_t>(rewrite.carried->size - done, kBuffer));
    if (read_at(source.descriptor(), raw(rewrite.carried->from) + done, buffer.data(), length) !=
        length)
      throw Error(ErrorCode::kTruncated, "the file became shorter while it was edited");
    write_next(output, Bytes(buffer.data(), length));
    done += length;
  }
}

}  // namespace elfwheel::elf
