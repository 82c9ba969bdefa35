// The flags that set the scene for the dynamic loader's rules.
#pragma once

#include <CLI/App.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/loader/environment.h"

namespace elfwheel::cli {

// `file` as it is called inside of `root`: a path below that directory is cut to what it is there,
// any other stays. "" = no root but the machine's own.
std::string path_in_root(const std::string& root, const std::string& file);

class LoaderFlags {
 public:
  void add_to(CLI::App& app);

  // This machine with LD_LIBRARY_PATH, LD_PRELOAD and LD_AUDIT of the environment, or what the
  // flags put in their place. Below --sysroot the environment says nothing: its paths are this
  // machine's.
  loader::LoaderEnvironment environment() const;

  // The files the loader sees; valid while this object lives.
  const FileSystem& files();
  // `file` as files() knows it (path_in_root).
  std::string path_inside(const std::string& file) const { return path_in_root(sysroot_, file); }

 private:
  bool no_env_ = false;
  std::optional<std::string> ldpaths_;
  std::vector<std::string> preloads_;
  std::vector<std::string> auditors_;
  std::string sysroot_;
  std::string cpu_;
  std::string libc_;
  std::unique_ptr<FileSystem> sysroot_files_;
};

}  // namespace elfwheel::cli
