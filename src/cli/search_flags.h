// The flags of the wheel commands that say where a library may come from on this machine.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>

#include "elfwheel/repair/options.h"

namespace elfwheel::cli {

class SearchFlags {
 public:
  void add_to(CLI::App& app);

  // Options with the loader's environment: ELFWHEEL_LD_LIBRARY_PATH or else
  // AUDITWHEEL_LD_LIBRARY_PATH, then --ldpaths or, without
  // it, LD_LIBRARY_PATH (auditwheel lddtree.py, load_ld_paths). LD_PRELOAD is this process's own
  // matter and does not count.
  repair::AuditOptions options() const;

 private:
  std::optional<std::string> ldpaths_;
  bool disable_isa_check_ = false;
};

}  // namespace elfwheel::cli
