// Libraries that other distributions bring (AuditOptions::depends_on): which they are, and where
// each is installed to. Nothing of them is inflated or parsed but the files that are asked for.
//
// Of a wheel the archive tells it; of an installed distribution its RECORD does, in the directories
// of AuditOptions::environments.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "elfwheel/elf/elf_file.h"
#include "elfwheel/repair/options.h"
#include "elfwheel/wheel/wheel.h"

namespace elfwheel::repair {

// One library of another distribution, opened. Move-only; `file` views the content.
struct OpenedProvision {
  std::string distribution;  // as its wheel or dist-info writes it
  std::string version;
  // Where it is installed, as an entry of a wheel would say it: "X-1.0.data/purelib/x/libx.so".
  std::string path;
  wheel::Buffer buffer;                    // of a wheel's file
  std::unique_ptr<FileContents> contents;  // of an installed one
  elf::ElfFile file;
};

class Providers {
 public:
  // Finds what options.depends_on names for `own`, which never provides for itself. Errors:
  // kNotFound for a pattern that matches no distribution; "WHEEL: ..." what Wheel::open throws.
  Providers(const AuditOptions& options, const wheel::Wheel& own);
  Providers(const Providers&) = delete;
  Providers& operator=(const Providers&) = delete;

  // The files called `name` of the first distribution that has such a library for `architecture`,
  // in the order of depends_on; by path. Empty when none has.
  std::vector<OpenedProvision> open(const std::string& name, const std::string& architecture) const;

 private:
  struct Source {
    std::string distribution;
    std::string version;
    std::optional<wheel::Wheel> wheel;
    // File name -> (path as in OpenedProvision, path on the machine or "").
    std::multimap<std::string, std::pair<std::string, std::string>> files;
    std::map<std::string, size_t> entries;  // of the wheel: path -> entry
  };

  void add_matching(const std::string& pattern, const wheel::Wheel& own);
  void add_wheel(const std::string& path);
  bool add_installed(const std::string& pattern, const std::string& own);
  void add_dist_info(const std::string& site_packages, const std::string& prefix,
                     const std::string& dist_info);
  bool is_known(const std::string& distribution) const;
  void add_file(Source& source, const wheel::EntryPlace& place, const std::string& machine_path,
                size_t entry) const;
  std::optional<OpenedProvision> open_file(const Source& source, const std::string& path,
                                           const std::string& machine_path,
                                           const std::string& architecture) const;

  const AuditOptions& options_;
  const FileSystem& machine_;
  std::vector<Source> sources_;
};

// What METADATA's Requires-Dist leaves out of the distributions in `brings` (distribution -> a
// library that it brings): one line each that says what to add.
std::vector<std::string> missing_requirements(const wheel::Metadata& metadata,
                                              const std::map<std::string, std::string>& brings);

}  // namespace elfwheel::repair
