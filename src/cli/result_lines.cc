#include "cli/result_lines.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/stat.h>

#include <ctime>
#include <exception>
#include <new>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/results_file.h"
#include "elfwheel/base/error.h"

namespace elfwheel::cli {

namespace {

using report::Json;

// By the text in the file, where bytes that are no UTF-8 are replaced.
using FormerLines = std::map<std::string, Json>;

std::string key_of(const Json& wheel) { return report::json_text(wheel, -1); }

// RFC 3339, with all digits that the file system has.
std::string time_text(const timespec& time) {
  std::tm parts = {};
  ::gmtime_r(&time.tv_sec, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     time.tv_nsec);
}

// What the threads of one wheel freed lies in pieces between blocks of their arenas; over hundreds
// of wheels that grows.
void give_memory_back() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

// What tells that the file is the one that was looked at: size and time of the last change. Nulls
// for a directory, whose content may change unseen.
void add_identity(Json& line, const std::string& wheel) {
  struct stat status = {};
  const bool is_file = ::stat(wheel.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  line["size"] = is_file ? Json(status.st_size) : Json(nullptr);
  line["modified"] = is_file ? Json(time_text(status.st_mtim)) : Json(nullptr);
}

// Lists and objects are most of a line, and there may be many lines.
Json without_containers(const Json& line) {
  Json kept = Json::object();
  for (const auto& [key, value] : line.items())
    if (!value.is_structured()) kept[key] = value;
  return kept;
}

FormerLines read_former(const ResultsFile& file, const std::string& command) {
  FormerLines lines;
  file.for_each([&](const Json& line) {
    if (line.value("command", "") == command)
      lines[key_of(line["wheel"])] = without_containers(line);
  });
  return lines;
}

bool is_of_the_same_file(const Json& former, const std::string& wheel) {
  Json now;
  add_identity(now, wheel);
  return !now["size"].is_null() && former.value("size", Json()) == now["size"] &&
         former.value("modified", Json()) == now["modified"];
}

// The status of a wheel that is done already.
std::optional<ExitStatus> former_status(const FormerLines& lines, const std::string& wheel,
                                        const ResultLines::StillHolds& still_holds) {
  const auto found = lines.find(key_of(wheel));
  if (found == lines.end()) return std::nullopt;
  const Json& line = found->second;
  const int status = line.value("status", static_cast<int>(ExitStatus::kError));
  const bool is_answer =
      status == static_cast<int>(ExitStatus::kDone) || status == static_cast<int>(ExitStatus::kNo);
  if (!is_answer || !is_of_the_same_file(line, wheel)) return std::nullopt;
  if (still_holds && !still_holds(line)) return std::nullopt;
  return static_cast<ExitStatus>(status);
}

}  // namespace

void ResultLines::add_to(CLI::App& app) {
  CLI::Option* const json = app.get_option("--json");
  CLI::Option* const print =
      app.add_flag("--jsonl", print_, "Print a line of JSON for each wheel when it is done")
          ->excludes(json);
  app.add_option("--results", path_, "Add such lines to FILE; skip wheels that are done there")
      ->type_name("FILE")
      ->excludes(json)
      ->excludes(print);
}

Json ResultLines::line_for(Console& console, const std::string& wheel, const Body& body) const {
  Json line;
  line["wheel"] = wheel;
  line["command"] = command_;
  line["status"] = static_cast<int>(ExitStatus::kError);
  line["error"] = nullptr;
  add_identity(line, wheel);
  try {
    Json result;
    line["status"] = static_cast<int>(body(wheel, result));
    for (auto& [key, value] : result.items())
      if (key != "wheel") line[key] = std::move(value);
  } catch (const std::bad_alloc&) {
    line["error"] = "out of memory";  // the next wheel may be smaller
  } catch (const std::exception& error) {
    line["error"] = error.what();
  }
  // An `error` beside an answer is part of that answer.
  if (line["status"] == static_cast<int>(ExitStatus::kError))
    console.complain(wheel + ": " + line["error"].get<std::string>());
  return line;
}

ExitStatus ResultLines::run(Console& console, const std::vector<std::string>& wheels,
                            const Body& body, const StillHolds& still_holds) const {
  std::optional<ResultsFile> file;
  FormerLines former;
  if (!path_.empty()) {
    with_where(path_, [&] {
      file.emplace(path_);
      former = read_former(*file, command_);
    });
  }
  ExitStatus worst_status = ExitStatus::kDone;
  for (const std::string& wheel : wheels) {
    if (const auto status = former_status(former, wheel, still_holds)) {
      worst_status = worst(worst_status, *status);
      continue;
    }
    const Json line = line_for(console, wheel, body);
    const std::string text = report::json_text(line, -1);
    if (file)
      with_where(path_, [&] { file->append(text); });
    else
      console.print_now(text);
    worst_status = worst(worst_status, static_cast<ExitStatus>(line["status"].get<int>()));
    give_memory_back();
  }
  return worst_status;
}

}  // namespace elfwheel::cli
