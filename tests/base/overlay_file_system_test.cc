#include <gtest/gtest.h>

#include <cerrno>

#include "elfwheel/base/file_system.h"

namespace elfwheel {
namespace {

using Strings = std::vector<std::string>;

const Bytes kUpper(std::string_view("upper"));
const Bytes kLower(std::string_view("lower"));

class OverlayFileSystem : public testing::Test {
 protected:
  OverlayFileSystem()
      : upper_(make_memory_file_system()),
        lower_(make_memory_file_system()),
        overlay_(make_overlay_file_system(*upper_, *lower_)) {
    upper_->add_file("/venv/lib/pkg/x.so", kUpper);
    upper_->add_file("/both", kUpper);
    lower_->add_file("/both", kLower);
    lower_->add_file("/usr/lib/z.so", kLower);
    lower_->add_file("/venv/pyvenv.cfg", kLower);
    lower_->add_symlink("/lib", "usr/lib");
  }

  std::string content(const std::string& path) const {
    const OpenedFile file = overlay_->open(path);
    return file.error == 0 ? std::string(file.contents->bytes().text())
                           : "errno " + std::to_string(file.error);
  }

  std::unique_ptr<MemoryFileSystem> upper_;
  std::unique_ptr<MemoryFileSystem> lower_;
  std::unique_ptr<FileSystem> overlay_;
};

TEST_F(OverlayFileSystem, UpperFilesHideLowerOnes) {
  EXPECT_EQ(content("/both"), "upper");
  EXPECT_EQ(overlay_->status("/both").id, upper_->status("/both").id);
}

TEST_F(OverlayFileSystem, LowerFilesShowThrough) {
  EXPECT_EQ(content("/lib/z.so"), "lower");
  EXPECT_EQ(overlay_->real_path("/lib/z.so"), "/usr/lib/z.so");
  EXPECT_EQ(content("/nothing"), "errno " + std::to_string(ENOENT));
}

TEST_F(OverlayFileSystem, ParentsLeadFromOneTreeIntoTheOther) {
  EXPECT_EQ(content("/venv/lib/pkg/../../pyvenv.cfg"), "lower");
  EXPECT_EQ(content("/usr/lib/../../venv/lib/pkg/x.so"), "upper");
  EXPECT_EQ(content("/lib/../../both"), "upper");
  EXPECT_EQ(overlay_->real_path("/lib/../lib/z.so"), "/usr/lib/z.so");
  EXPECT_EQ(content("/venv/none/../pyvenv.cfg"), "errno " + std::to_string(ENOENT));
}

TEST_F(OverlayFileSystem, DirectoriesOfBothTreesAreMerged) {
  EXPECT_EQ(overlay_->list_directory("/venv"), (Strings{"lib", "pyvenv.cfg"}));
  EXPECT_EQ(overlay_->list_directory("/"), (Strings{"both", "lib", "usr", "venv"}));
  EXPECT_EQ(overlay_->open("/venv").error, EISDIR);
}

}  // namespace
}  // namespace elfwheel
