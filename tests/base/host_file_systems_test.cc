// The host's file system, its mappings, and the sysroot beside chroot(2)'s rules.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/mapped_file.h"
#include "elfwheel/base/error.h"
#include "elfwheel/base/file_system.h"
#include "support/temporary_directory.h"

namespace elfwheel {
namespace {

using test::TemporaryDirectory;

std::string message_of_opening(const std::string& path) {
  try {
    MappedFile::open(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "opened";
}

TEST(MappedFile, ShowsTheFilesBytesAndIdentity) {
  const TemporaryDirectory directory;
  directory.write("f", "content");
  const MappedFile file = MappedFile::open(directory / "f");
  EXPECT_EQ(file.bytes().text(), "content");
  EXPECT_EQ(file.id(), host_file_system().status(directory / "f").id);
  EXPECT_GE(file.descriptor(), 0);
}

TEST(MappedFile, KeepsItsBytesWhenMoved) {
  const TemporaryDirectory directory;
  directory.write("f", "content");
  directory.write("g", "other");
  MappedFile file = MappedFile::open(directory / "f");
  MappedFile moved = std::move(file);
  EXPECT_EQ(moved.bytes().text(), "content");
  moved = MappedFile::open(directory / "g");
  EXPECT_EQ(moved.bytes().text(), "other");
}

TEST(MappedFile, OfAnEmptyFileIsEmpty) {
  const TemporaryDirectory directory;
  directory.write("f", "");
  EXPECT_TRUE(MappedFile::open(directory / "f").bytes().empty());
}

TEST(MappedFile, SaysWhyItCannotOpen) {
  const TemporaryDirectory directory;
  EXPECT_EQ(message_of_opening(directory / "f"), "cannot open: No such file or directory");
  EXPECT_EQ(message_of_opening(directory.path()), "cannot open: Is a directory");
  EXPECT_EQ(message_of_opening("/dev/null"), "cannot open: not a regular file");
  ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(message_of_opening(directory / "fifo"), "cannot open: not a regular file");
}

TEST(HostFileSystem, AnswersAsTheKernelDoes) {
  const TemporaryDirectory directory;
  const FileSystem& files = host_file_system();
  directory.write("d/f", "content", 0755);
  directory.link("d/link", "f");
  directory.link("loop", "loop");
  EXPECT_EQ(files.status(directory / "d/link").id, files.status(directory / "d/f").id);
  EXPECT_EQ(files.status(directory / "d/f").mode, 0755u);
  EXPECT_EQ(files.status(directory / "d").kind, FileKind::kDirectory);
  EXPECT_EQ(files.status(directory / "nothing").error, ENOENT);
  EXPECT_EQ(files.status(directory / "d/f/x").error, ENOTDIR);
  EXPECT_EQ(files.open(directory / "loop").error, ELOOP);
  EXPECT_EQ(files.open(directory / "d").error, EISDIR);
  EXPECT_EQ(files.real_path(directory / "d/../d/link"), directory / "d/f");
  EXPECT_EQ(files.real_path(directory / "nothing"), std::nullopt);
  EXPECT_EQ(files.list_directory(directory / "d"), (std::vector<std::string>{"f", "link"}));
  EXPECT_EQ(files.current_directory(), std::filesystem::current_path().string());
}

TEST(SysrootFileSystem, LinksDoNotLeadOutOfIt) {
  const TemporaryDirectory directory;
  directory.write("outside", "outside");
  directory.write("root/outside", "inside");
  directory.link("root/up", "../outside");
  directory.link("root/absolute", "/outside");
  directory.link("root/far", "../../../../../../../../etc/passwd");
  const auto files = make_sysroot_file_system(directory / "root");
  for (const char* path : {"/up", "/absolute", "/../outside", "outside"}) {
    const OpenedFile file = files->open(path);
    ASSERT_EQ(file.error, 0) << path;
    EXPECT_EQ(file.contents->bytes().text(), "inside") << path;
    EXPECT_EQ(files->real_path(path), "/outside") << path;
  }
  EXPECT_EQ(files->open("/far").error, ENOENT);
}

TEST(SysrootFileSystem, OfTheHostsRootIsTheHost) {
  const auto files = make_sysroot_file_system("/");
  EXPECT_EQ(files->status("/proc/self").error, 0);
  EXPECT_EQ(files->real_path("/usr"), "/usr");
}

TEST(SysrootFileSystem, NeedsADirectory) {
  const TemporaryDirectory directory;
  directory.write("f", "");
  const auto message = [&](const std::string& root) -> std::string {
    try {
      make_sysroot_file_system(root);
    } catch (const Error& error) {
      return error.what();
    }
    return "made";
  };
  EXPECT_EQ(message(directory / "f"),
            "cannot use the root " + (directory / "f") + ": Not a directory");
  EXPECT_EQ(message(directory / "none"),
            "cannot use the root " + (directory / "none") + ": No such file or directory");
}

}  // namespace
}  // namespace elfwheel
