// The flags of the wheel commands that say where a library may come from: this machine, or the root
// of another one.
#pragma once

#include <CLI/App.hpp>
#include <memory>
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
  // matter and does not count. Below --sysroot no variable does: their paths are this machine's.
  // The processor is any of its kind: a library for better ones (glibc-hwcaps) would be copied
  // into a wheel that others install. `files` is valid while this object lives.
  repair::AuditOptions options();

  bool has_sysroot() const { return !sysroot_.empty(); }

 private:
  std::string directories() const;

  std::optional<std::string> ldpaths_;
  bool disable_isa_check_ = false;
  std::string sysroot_;
  std::unique_ptr<FileSystem> sysroot_files_;
};

}  // namespace elfwheel::cli
