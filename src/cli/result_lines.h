// --jsonl and --results of the wheel commands: a line of JSON for each wheel, written when its turn
// ends, so that thousands can be looked at while more are worked on, and a run that ended early can
// go on where it was. What a line has: docs/many_wheels.md.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/exit_status.h"
#include "elfwheel/report/json.h"

namespace elfwheel::cli {

class ResultLines {
 public:
  // `command` is the name that each line carries.
  explicit ResultLines(std::string command) : command_(std::move(command)) {}

  void add_to(CLI::App& app);
  // Whether one of the options was given.
  bool are_wanted() const { return print_ || !path_.empty(); }

  // Fills in the object that `--json` would print for the wheel.
  using Body = std::function<ExitStatus(const std::string& wheel, report::Json& result)>;
  // Whether a line of a former run, of which only what is neither array nor object is left, still
  // says all that this run would do about the wheel.
  using StillHolds = std::function<bool(const report::Json& line)>;

  // Runs `body` for each wheel in turn and writes its line; an error is told, has a line, too, and
  // the next wheel has its turn. With --results, a wheel has none whose last line there is of this
  // command, of the same file (size and time), without an error, and `still_holds`. The worst
  // status of all, former ones included. Errors: those of the file of results.
  ExitStatus run(Console& console, const std::vector<std::string>& wheels, const Body& body,
                 const StillHolds& still_holds = nullptr) const;

 private:
  report::Json line_for(Console& console, const std::string& wheel, const Body& body) const;

  std::string command_;
  bool print_ = false;
  std::string path_;
};

}  // namespace elfwheel::cli
