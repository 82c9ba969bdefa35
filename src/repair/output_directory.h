// The directory that a repaired wheel goes to: made when it is missing, and taken away again when
// the repair fails.
#pragma once

#include <string>
#include <vector>

namespace elfwheel::repair {

class OutputDirectory {
 public:
  // Makes `path` and its missing parents. Errors: kIo, kNotFound "cannot create directory PATH:
  // Permission denied".
  explicit OutputDirectory(const std::string& path);
  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;
  // Removes the directories that were made, where they are empty, unless keep() was called.
  ~OutputDirectory();
  void keep() { made_.clear(); }

 private:
  void remove_made();

  std::vector<std::string> made_;  // outermost first
};

}  // namespace elfwheel::repair
