// What --help prints, in CLI11's terms.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <set>
#include <string>
#include <utility>

namespace elfwheel::cli {

class HelpFormatter : public CLI::Formatter {
 public:
  // Commands of `brief_headings` are named only in the list of all commands.
  explicit HelpFormatter(std::set<std::string> brief_headings)
      : brief_headings_(std::move(brief_headings)) {}

  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;

 private:
  std::set<std::string> brief_headings_;
};

}  // namespace elfwheel::cli
