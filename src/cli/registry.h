// The commands that there are, in the order of the help.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"

namespace elfwheel::cli {

class Registry {
 public:
  Registry();

  // Puts the command called `wanted` into `app`, or all of them where none is: making the options
  // and helps of all takes longer than most commands do.
  void register_in(CLI::App& app, const std::string& wanted);

  // The command that was given, or null.
  Command* find_parsed() const;

  // Those of the help.
  std::vector<std::string> names() const;

  // The heading of commands whose names say what they do.
  static constexpr const char* kPrint = "Print one fact of each file";

 private:
  struct Entry {
    const char* heading;  // in the help; "" keeps it out of that
    std::unique_ptr<Command> command;
    CLI::App* app = nullptr;  // null unless registered
  };

  void add(const char* heading, std::vector<std::unique_ptr<Command>> commands);
  template <class... Made>
  void add(const char* heading, Made... made) {
    (entries_.push_back({heading, std::move(made)}), ...);
  }
  static void register_one(CLI::App& app, Entry& entry);

  std::vector<Entry> entries_;
};

}  // namespace elfwheel::cli
