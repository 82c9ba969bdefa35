// Path resolution of the memory and the sysroot file system, on trees of the same shape. That the
// kernel resolves alike: host_file_systems_test.
#include "elfwheel/base/file_system.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "elfwheel/base/error.h"
#include "support/temporary_directory.h"

namespace elfwheel {
namespace {

using Strings = std::vector<std::string>;

const Bytes kContent(std::string_view("content"));

// /d/f, /d/link -> f, /d/up -> ../d, /abs -> /d, /loop -> loop, /dangling -> nowhere
class FileSystemRules : public testing::Test {
 protected:
  FileSystemRules() : memory_(make_memory_file_system()) {
    memory_->add_file("/d/f", kContent, 0755);
    memory_->add_symlink("/d/link", "f");
    memory_->add_symlink("/d/up", "../d");
    memory_->add_symlink("/abs", "/d");
    memory_->add_symlink("/loop", "loop");
    memory_->add_symlink("/dangling", "nowhere");
    directory_.write("d/f", "content", 0755);
    directory_.link("d/link", "f");
    directory_.link("d/up", "../d");
    directory_.link("abs", "/d");
    directory_.link("loop", "loop");
    directory_.link("dangling", "nowhere");
    sysroot_ = make_sysroot_file_system(directory_.path());
  }

  void expect_error(const std::string& path, int error) {
    for (const FileSystem* files : {static_cast<const FileSystem*>(memory_.get()), sysroot()}) {
      EXPECT_EQ(files->status(path).error, error) << path;
      EXPECT_EQ(files->open(path).error, error) << path;
      EXPECT_EQ(files->real_path(path), std::nullopt) << path;
    }
  }
  void expect_real_path(const std::string& path, const std::string& real) {
    for (const FileSystem* files : {static_cast<const FileSystem*>(memory_.get()), sysroot()})
      EXPECT_EQ(files->real_path(path), real) << path;
  }
  const FileSystem* sysroot() const { return sysroot_.get(); }

  std::unique_ptr<MemoryFileSystem> memory_;
  test::TemporaryDirectory directory_;
  std::unique_ptr<FileSystem> sysroot_;
};

TEST_F(FileSystemRules, FilesHaveTheirStatusAndContent) {
  for (const FileSystem* files : {static_cast<const FileSystem*>(memory_.get()), sysroot()}) {
    const FileStatus status = files->status("/d/f");
    EXPECT_EQ(status.error, 0);
    EXPECT_EQ(status.kind, FileKind::kRegular);
    EXPECT_EQ(status.mode, 0755u);
    EXPECT_EQ(status.size, 7u);
    const OpenedFile file = files->open("/d/f");
    ASSERT_EQ(file.error, 0);
    EXPECT_EQ(file.contents->bytes().text(), "content");
    EXPECT_EQ(file.id, status.id);
    EXPECT_EQ(files->current_directory(), "/");
  }
}

TEST_F(FileSystemRules, LinksLeadToTheSameFile) {
  for (const FileSystem* files : {static_cast<const FileSystem*>(memory_.get()), sysroot()})
    for (const char* path : {"/d/link", "/d/up/f", "/abs/f", "/abs/up/../d/up/link"})
      EXPECT_EQ(files->open(path).id, files->status("/d/f").id) << path;
  expect_real_path("/d/link", "/d/f");
  expect_real_path("/d/up/./link", "/d/f");
  expect_real_path("/abs/f", "/d/f");
  expect_real_path("d/f", "/d/f");
}

TEST_F(FileSystemRules, ParentIsTakenFromTheRealDirectoryAndStopsAtTheRoot) {
  expect_real_path("/abs/up/../d", "/d");
  expect_real_path("/abs/..", "/");
  expect_real_path("/../../d/f", "/d/f");
}

TEST_F(FileSystemRules, MissingFilesAreEnoent) {
  expect_error("/nothing", ENOENT);
  expect_error("/nothing/f", ENOENT);
  expect_error("/nothing/../d/f", ENOENT);
  expect_error("/dangling", ENOENT);
  expect_error("", ENOENT);
}

TEST_F(FileSystemRules, PathsThroughAFileAreEnotdir) {
  expect_error("/d/f/x", ENOTDIR);
  expect_error("/d/f/", ENOTDIR);
  expect_error("/d/link/..", ENOTDIR);
}

TEST_F(FileSystemRules, LinkLoopsAreEloop) { expect_error("/loop", ELOOP); }

TEST_F(FileSystemRules, DirectoriesOpenWithEisdir) {
  for (const FileSystem* files : {static_cast<const FileSystem*>(memory_.get()), sysroot()}) {
    EXPECT_EQ(files->open("/d").error, EISDIR);
    EXPECT_EQ(files->status("/abs/").kind, FileKind::kDirectory);
    EXPECT_EQ(files->list_directory("/abs"), (Strings{"f", "link", "up"}));
    EXPECT_EQ(files->list_directory("/"), (Strings{"abs", "d", "dangling", "loop"}));
    EXPECT_EQ(files->list_directory("/d/f"), Strings{});
    EXPECT_EQ(files->list_directory("/nothing"), Strings{});
  }
}

TEST(MemoryFileSystem, AddingAPathAgainReplacesTheFile) {
  const auto memory = make_memory_file_system();
  memory->add_file("/f", Bytes(std::string_view("old")));
  const FileId old = memory->status("/f").id;
  memory->add_file("/f", Bytes(std::string_view("new!")));
  EXPECT_EQ(memory->status("/f").size, 4u);
  EXPECT_NE(memory->status("/f").id, old);
}

TEST(MemoryFileSystem, TwoTreesShareNoIdentity) {
  const auto one = make_memory_file_system();
  const auto two = make_memory_file_system();
  one->add_file("/f", kContent);
  two->add_file("/f", kContent);
  EXPECT_NE(one->status("/f").id, two->status("/f").id);
}

std::string message_of_adding(const std::string& path) {
  const auto memory = make_memory_file_system();
  memory->add_file("/d/f", kContent);
  try {
    memory->add_file(path, kContent);
  } catch (const Error& error) {
    return error.what();
  }
  return "added";
}

TEST(MemoryFileSystem, RefusesPathsThatCannotBe) {
  EXPECT_EQ(message_of_adding("x"), "not an absolute normal path: x");
  EXPECT_EQ(message_of_adding("/x/../y"), "not an absolute normal path: /x/../y");
  EXPECT_EQ(message_of_adding("/d"), "/d is a file and a directory");
  EXPECT_EQ(message_of_adding("/d/f/g"), "/d/f is a file and a directory");
}

}  // namespace
}  // namespace elfwheel
