#include "base/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "base/mapped_file.h"
#include "elfwheel/base/error.h"
#include "support/temporary_directory.h"
#include "support/whole_file.h"

namespace elfwheel {
namespace {

using test::read_file;
using test::TemporaryDirectory;
using test::write_file;

Bytes bytes_of(std::string_view text) { return Bytes(text); }

size_t count_files(const std::string& directory) {
  const std::filesystem::directory_iterator begin(directory);
  return static_cast<size_t>(std::distance(begin, std::filesystem::directory_iterator()));
}

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(OutputFile, AppearsWholeOnCommit) {
  const TemporaryDirectory directory;
  auto file = OutputFile::create(directory / "new");
  file.append(bytes_of("world"));
  file.write_at(0, bytes_of("W"));
  EXPECT_FALSE(std::filesystem::exists(directory / "new"));
  file.commit();
  EXPECT_EQ(read_file(directory / "new"), "World");
  EXPECT_EQ(count_files(directory.path()), 1u);
}

TEST(OutputFile, CanBeOpenedByItsTemporaryPath) {
  const TemporaryDirectory directory;
  auto file = OutputFile::create(directory / "new");
  file.append(bytes_of("content"));
  EXPECT_EQ(MappedFile::open(file.temporary_path()).bytes().text(), "content");
  EXPECT_EQ(count_files(directory.path()), 0u);  // it has no name there
}

TEST(OutputFile, StaysInADirectoryThatIsRenamedMeanwhile) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "old");
  write_file(directory / "old/file", "old");
  auto file = OutputFile::create(directory / "old/file");
  file.append(bytes_of("new"));
  std::filesystem::rename(directory / "old", directory / "new");
  file.commit();
  EXPECT_EQ(read_file(directory / "new/file"), "new");
}

TEST(OutputFile, ReplacesWhatAppearedMeanwhile) {
  const TemporaryDirectory directory;
  auto file = OutputFile::create(directory / "file");
  file.append(bytes_of("ours"));
  write_file(directory / "file", "theirs");
  file.commit();
  EXPECT_EQ(read_file(directory / "file"), "ours");
  EXPECT_EQ(count_files(directory.path()), 1u);
}

TEST(OutputFile, LeavesNothingWhenAbandoned) {
  const TemporaryDirectory directory;
  write_file(directory / "old", "old");
  {
    auto file = OutputFile::create(directory / "old");
    file.append(bytes_of("new"));
    auto moved = std::move(file);
  }
  EXPECT_EQ(read_file(directory / "old"), "old");
  EXPECT_EQ(count_files(directory.path()), 1u);
}

TEST(OutputFile, KeepsModeAndOwner) {
  const TemporaryDirectory directory;
  const std::string path = directory / "tool";
  write_file(path, "old");
  if (geteuid() == 0) {
    ASSERT_EQ(chown(path.c_str(), 12345, 54321), 0);
  }
  ASSERT_EQ(chmod(path.c_str(), 04751), 0);
  struct stat before = {};
  ASSERT_EQ(stat(path.c_str(), &before), 0);
  auto file = OutputFile::create(path);
  file.append(bytes_of("new"));
  file.commit();
  struct stat after = {};
  ASSERT_EQ(stat(path.c_str(), &after), 0);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_gid, before.st_gid);
  EXPECT_NE(after.st_ino, before.st_ino);
}

TEST(OutputFile, KeepsExtendedAttributes) {
  const TemporaryDirectory directory;
  const std::string path = directory / "file";
  write_file(path, "old");
  if (setxattr(path.c_str(), "user.origin", "here", 4, 0) != 0)
    GTEST_SKIP() << "no user extended attributes in " << directory.path();
  auto file = OutputFile::create(path);
  file.append(bytes_of("new"));
  file.commit();
  char value[8] = {};
  EXPECT_EQ(getxattr(path.c_str(), "user.origin", value, sizeof value), 4);
  EXPECT_STREQ(value, "here");
}

TEST(OutputFile, GivesNewFilesTheModeThatTheUmaskAllows) {
  const TemporaryDirectory directory;
  const mode_t old_mask = umask(027);
  auto file = OutputFile::create(directory / "new", 0777);
  umask(old_mask);
  file.commit();
  struct stat status = {};
  ASSERT_EQ(stat((directory / "new").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0750u);
}

TEST(OutputFile, FollowsSymlinks) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "elsewhere");
  write_file(directory / "elsewhere/file", "old");
  std::filesystem::create_symlink("elsewhere/file", directory / "inner");
  std::filesystem::create_symlink(directory / "inner", directory / "outer");
  auto file = OutputFile::create(directory / "outer");
  file.append(bytes_of("new"));
  file.commit();
  EXPECT_EQ(read_file(directory / "elsewhere/file"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(directory / "outer"));
  EXPECT_EQ(count_files(directory / "elsewhere"), 1u);
}

TEST(OutputFile, CreatesWhatASymlinkNames) {
  const TemporaryDirectory directory;
  std::filesystem::create_symlink("target", directory / "link");
  auto file = OutputFile::create(directory / "link");
  file.commit();
  EXPECT_TRUE(std::filesystem::is_regular_file(directory / "target"));
}

TEST(OutputFile, CopiesAnotherFile) {
  const TemporaryDirectory directory;
  std::string content;
  for (int i = 0; i < 300'000; ++i) content += std::to_string(i);
  write_file(directory / "from", content);
  const MappedFile from = MappedFile::open(directory / "from");
  auto file = OutputFile::create(directory / "to");
  file.copy_from(from.descriptor(), from.bytes().size());
  EXPECT_EQ(file.size(), content.size());
  file.write_at(3, bytes_of("###"));
  file.append(bytes_of("end"));
  file.commit();
  EXPECT_EQ(read_file(directory / "to"), content.replace(3, 3, "###") + "end");
}

TEST(OutputFile, CopiesBetweenFileSystems) {
  const TemporaryDirectory directory;
  const int from = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(from, 0);
  auto file = OutputFile::create(directory / "to");
  file.copy_from(from, 10);
  close(from);
  file.commit();
  EXPECT_EQ(read_file(directory / "to").size(), 10u);
}

TEST(OutputFile, SaysThatTheCopiedFileShrank) {
  const TemporaryDirectory directory;
  write_file(directory / "from", "four");
  const MappedFile from = MappedFile::open(directory / "from");
  auto file = OutputFile::create(directory / "to");
  EXPECT_EQ(error_of([&] { file.copy_from(from.descriptor(), 5); }),
            "the file ended at 0x4 while it was copied, 0x5 bytes were expected");
}

TEST(OutputFile, SaysThatTheDirectoryIsMissing) {
  const TemporaryDirectory directory;
  EXPECT_EQ(error_of([&] { OutputFile::create(directory / "no/file"); }),
            "cannot create a file in " + (directory / "no") + ": No such file or directory");
}

TEST(OutputFile, RefusesToReplaceADirectory) {
  const TemporaryDirectory directory;
  EXPECT_EQ(error_of([&] { OutputFile::create(directory.path()); }),
            "cannot write: Is a directory");
}

TEST(OutputFile, RefusesASymlinkLoop) {
  const TemporaryDirectory directory;
  std::filesystem::create_symlink("b", directory / "a");
  std::filesystem::create_symlink("a", directory / "b");
  EXPECT_EQ(error_of([&] { OutputFile::create(directory / "a"); }),
            "cannot follow the symlink: Too many levels of symbolic links");
}

// A file size limit stands for the full disk: both fail in the middle of a write.
TEST(OutputFile, LeavesTheOldFileWhenItCannotWriteTheNewOne) {
  const TemporaryDirectory directory;
  write_file(directory / "file", "old");
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string content(10'000, 'x');
  const std::string error = error_of([&] {
    auto file = OutputFile::create(directory / "file");
    file.append(bytes_of(content));
    file.commit();
  });
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, old_handler);
  EXPECT_EQ(error, "cannot write: File too large");
  EXPECT_EQ(read_file(directory / "file"), "old");
  EXPECT_EQ(count_files(directory.path()), 1u);
}

}  // namespace
}  // namespace elfwheel
