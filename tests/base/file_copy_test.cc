#include "base/file_copy.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "elfwheel/base/error.h"
#include "support/temporary_directory.h"
#include "support/whole_file.h"

namespace elfwheel {
namespace {

using test::read_file;
using test::TemporaryDirectory;
using test::write_file;

// More than two buffers, and no two parts of it alike.
std::string content() {
  std::string text;
  for (int i = 0; text.size() < 2'500'000; ++i) text += std::to_string(i) + ",";
  return text;
}

Descriptor open_file(const std::string& path) {
  return Descriptor(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

TEST(CopyRange, CopiesAPartToAnotherPlace) {
  const TemporaryDirectory directory;
  const std::string text = content();
  write_file(directory / "from", text);
  write_file(directory / "to", "0123456789");
  const Descriptor from = open_file(directory / "from");
  const Descriptor to = open_file(directory / "to");
  copy_range(from.number(), 7, to.number(), 4, text.size() - 7);
  EXPECT_EQ(read_file(directory / "to"), "0123" + text.substr(7));
}

// A pipe's end and /proc files are not for copy_file_range(2).
TEST(CopyRange, CopiesWhatTheKernelDoesNotCopyByItself) {
  const TemporaryDirectory directory;
  const Descriptor from(open("/proc/version", O_RDONLY | O_CLOEXEC));
  const Descriptor to = open_file(directory / "to");
  copy_range(from.number(), 2, to.number(), 0, 8);
  EXPECT_EQ(read_file(directory / "to"), "nux vers");
}

TEST(CopyRange, WantsAsMuchAsItWasAskedFor) {
  const TemporaryDirectory directory;
  write_file(directory / "from", "short");
  const Descriptor from = open_file(directory / "from");
  const Descriptor to = open_file(directory / "to");
  EXPECT_THROW(copy_range(from.number(), 2, to.number(), 0, 4), Error);
}

TEST(MoveRange, MovesOverItselfEitherWay) {
  const TemporaryDirectory directory;
  const std::string text = content();
  for (const auto& [from, to] : {std::pair{100u, 700u}, {700u, 100u}, {0u, 2'000'000u}, {9u, 9u}}) {
    write_file(directory / "file", std::string(from, '-') + text);
    const Descriptor file = open_file(directory / "file");
    uint64_t moved = 0;
    move_range(file.number(), from, to, text.size(), moved);
    EXPECT_EQ(moved, text.size());
    EXPECT_EQ(read_file(directory / "file").substr(to, text.size()), text);
  }
}

// What was moved before an error is moved back by the same function.
TEST(MoveRange, CanBeUndoneFromWhereItFailed) {
  const TemporaryDirectory directory;
  const std::string text = content();
  for (const bool upwards : {true, false}) {
    const uint64_t from = upwards ? 100 : 700;
    const uint64_t to = upwards ? 700 : 100;
    const std::string before = std::string(from, '-') + text;
    write_file(directory / "file", before);
    const Descriptor file = open_file(directory / "file");
    uint64_t moved = 0;
    // Longer than the file by more than the rest of a buffer: upwards nothing moves, downwards two
    // buffers do.
    EXPECT_THROW(move_range(file.number(), from, to, text.size() + 1'000'000, moved), Error);
    EXPECT_EQ(moved, upwards ? 0u : 2u << 20);
    uint64_t back = 0;
    move_range(file.number(), to, from, moved, back);
    EXPECT_EQ(read_file(directory / "file").substr(from), text);
  }
}

}  // namespace
}  // namespace elfwheel
