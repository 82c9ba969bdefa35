// The flags of the wheel commands that say what of a wheel's needs comes from where: another
// distribution, this machine, or nowhere; and for which Pythons.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "elfwheel/repair/options.h"

namespace elfwheel::cli {

// An option that may be given again, each time with one pattern.
CLI::Option* add_patterns(CLI::App& app, const std::string& name,
                          std::vector<std::string>& patterns, const std::string& description);

class DependencyFlags {
 public:
  void add_to(CLI::App& app);

  // Fills in what the flags say; `wheels` are those of the same call; `options.files` is the root
  // that counts. Errors: kUsage.
  void apply(const std::vector<std::string>& wheels, repair::AuditOptions& options) const;

 private:
  std::string platform_ = "auto";
  std::vector<std::string> excludes_;
  std::vector<std::string> includes_;
  std::vector<std::string> bundles_;
  std::vector<std::string> depends_on_;
  std::vector<std::string> environments_;
  std::string pythons_;
};

}  // namespace elfwheel::cli
