// The situations of loader_rules.md are put before glibc's ld.so by tests of this fixture.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "differential/real_loader.h"

namespace elfwheel::test {

using Lines = std::vector<std::string>;

class Glibc : public testing::Test {
 protected:
  // The real answer, "@" standing for the tree again.
  static Lines lines(const LibraryTree& tree, const Answer& answer) {
    Lines result;
    for (std::string line : answer.loaded) {
      for (size_t at; (at = line.find(tree.path())) != std::string::npos;)
        line.replace(at, tree.path().size(), "@");
      result.push_back(line);
    }
    for (const auto& name : answer.missing) result.push_back(name + " missing");
    if (answer.gave_up) result.push_back("gave up");
    return result;
  }
  void expect(const std::string& root, const Lines& expected, const Start& start = {}) {
    EXPECT_EQ(lines(tree_, tree_.expect_as_glibc(root, start)), expected);
  }

  LibraryTree tree_;
};

}  // namespace elfwheel::test
