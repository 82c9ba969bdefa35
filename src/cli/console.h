// The process around a command: its streams, terminal and environment variables. Commands are
// given one and ask nothing else, so nothing below this room reads environ or isatty.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_status.h"
#include "elfwheel/base/error.h"
#include "elfwheel/report/json.h"
#include "elfwheel/report/text_style.h"

namespace elfwheel::cli {

class Console {
 public:
  Console();

  // The name that complaints begin with; "elfwheel" unless somebody says so.
  void speak_as(std::string name) { name_ = std::move(name); }
  // Text for standard output. A reader that went away is no error; a full disk is: finish().
  void print(std::string_view text);
  // The same, but the reader has it at once.
  void print_now(std::string_view text);
  // One line "NAME: TEXT" on standard error; control characters are written out.
  void complain(std::string_view text);
  // One line as it is on standard error: what is going on.
  void tell(std::string_view text);
  // Shows `text` as the one line of progress, cut to fit, when standard error is a terminal, but
  // not more than some times a second; "" clears it.
  void show_progress(std::string_view text);

  // For standard output: colour on a terminal, unless NO_COLOR is set or TERM is "dumb".
  const report::TextStyle& style() const { return style_; }
  // The environment variable, or nothing when unset.
  static std::optional<std::string> variable(const char* name);

  // Runs `body` for each input in turn. An Error is complained about with the input's name in
  // front, and the next input has its turn. The worst status of all.
  ExitStatus for_each(const std::vector<std::string>& inputs,
                      const std::function<ExitStatus(const std::string&)>& body);
  // The same for a command that prints one JSON value for each input that could be read: an object
  // for one input, an array for several.
  ExitStatus for_each_json(
      const std::vector<std::string>& inputs,
      const std::function<ExitStatus(const std::string&, std::vector<report::Json>&)>& body,
      int indent = 2);

  // Flushes standard output; kError with a complaint when not everything could be written.
  ExitStatus finish(ExitStatus status);

 private:
  std::string name_ = "elfwheel";
  report::TextStyle style_;
  int output_error_ = 0;  // errno of the first print_now() that failed
  bool shows_progress_ = false;
  bool progress_shown_ = false;
  std::chrono::steady_clock::time_point progress_time_;
};

}  // namespace elfwheel::cli
