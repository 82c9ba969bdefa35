#include "cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/library_path.h"

namespace elfwheel::cli {

namespace {

void write_text(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

size_t terminal_columns() {
  constexpr size_t kUsual = 80;
  winsize size = {};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return size.ws_col;
}

}  // namespace

Console::Console() {
  const bool plain =
      !variable("NO_COLOR").value_or("").empty() || variable("TERM").value_or("dumb") == "dumb";
  style_.colour = ::isatty(STDOUT_FILENO) != 0 && !plain;
  shows_progress_ = ::isatty(STDERR_FILENO) != 0;
}

std::optional<std::string> Console::variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr && std::string_view(name) == "LD_LIBRARY_PATH")
    value = std::getenv(kKeptLibraryPath);
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

void Console::print(std::string_view text) {
  show_progress("");
  write_text(stdout, text);
}

void Console::print_now(std::string_view text) {
  print(text);
  if (std::fflush(stdout) != 0 && output_error_ == 0) output_error_ = errno;
}

void Console::complain(std::string_view text) { tell(name_ + ": " + report::printable(text)); }

void Console::tell(std::string_view text) {
  show_progress("");
  // What was printed before comes first where both streams go to one place.
  std::fflush(stdout);
  write_text(stderr, std::string(text) + "\n");
}

void Console::show_progress(std::string_view text) {
  if (!shows_progress_ || (text.empty() && !progress_shown_)) return;
  constexpr auto kPause = std::chrono::milliseconds(100);
  const auto now = std::chrono::steady_clock::now();
  if (!text.empty() && now - progress_time_ < kPause) return;
  progress_time_ = text.empty() ? std::chrono::steady_clock::time_point() : now;
  std::string line = report::printable(text);
  // A line that goes on in the next one could not be taken back.
  if (const size_t columns = terminal_columns(); line.size() >= columns) line.resize(columns - 1);
  write_text(stderr, "\r\x1b[K" + line);
  std::fflush(stderr);
  progress_shown_ = !text.empty();
}

ExitStatus Console::for_each(const std::vector<std::string>& inputs,
                             const std::function<ExitStatus(const std::string&)>& body) {
  ExitStatus status = ExitStatus::kDone;
  for (const std::string& input : inputs) {
    try {
      status = worst(status, body(input));
    } catch (Error& error) {
      error.add_where(input);
      complain(error.what());
      status = ExitStatus::kError;
    }
  }
  return status;
}

ExitStatus Console::for_each_json(
    const std::vector<std::string>& inputs,
    const std::function<ExitStatus(const std::string&, std::vector<report::Json>&)>& body,
    int indent) {
  std::vector<report::Json> values;
  const ExitStatus status =
      for_each(inputs, [&](const std::string& input) { return body(input, values); });
  if (!values.empty() || inputs.size() > 1) {
    print(report::json_text(report::json_of_inputs(std::move(values), inputs.size() > 1), indent));
  }
  return status;
}

ExitStatus Console::finish(ExitStatus status) {
  show_progress("");
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  // After a failure a second flush has nothing to write, and so no reason.
  const int number = output_error_ != 0 ? output_error_ : errno;
  if (number == EPIPE) return status;
  complain("cannot write to standard output: " + errno_text(number));
  return ExitStatus::kError;
}

}  // namespace elfwheel::cli
