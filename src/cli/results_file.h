// A file of results, a line of JSON each, that several processes may add to and that a killed one
// leaves usable.
//
// Lines are added at the end under a lock (flock(2)), so they never mix. A process that is killed
// while it writes leaves whole lines and the beginning of one: that is cut off by whoever adds the
// next. Nothing else is ever taken out. Lines are not flushed to the disk one by one: what a power
// failure takes costs a repetition of the work, no more.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "elfwheel/report/json.h"

namespace elfwheel::cli {

class ResultsFile {
 public:
  // What every line begins with, so that no other file is taken for one and cut.
  static constexpr std::string_view kBeginning = R"({"wheel":")";

  // Opens `path`, which is made where it is not there. Errors, without the path: kNotFound, kIo;
  // kUsage for what is no regular file.
  explicit ResultsFile(const std::string& path);

  // Calls `take` for each whole line, in their order. Errors, without the path: kIo; kUsage where a
  // line is not one that append() wrote.
  void for_each(const std::function<void(const report::Json&)>& take) const;

  // Adds `line`, which begins with kBeginning and ends with its only '\n'. Errors, without the
  // path: kIo, the file being what it was; kUsage as for_each() for its last line.
  void append(std::string_view line);

 private:
  Descriptor file_;
};

}  // namespace elfwheel::cli
