// The flag that commands with two forms of output share.
#pragma once

#include <CLI/App.hpp>

namespace elfwheel::cli {

struct OutputFlags {
  bool json = false;

  void add_to(CLI::App& app) { app.add_flag("--json", json, "Print JSON instead of text"); }
};

}  // namespace elfwheel::cli
