// What is installed in a directory, held against what its distributions say of themselves.
// Source: PEP 376 "RECORD"; packaging.python.org "Recording installed projects".
#pragma once

#include <string>
#include <vector>

#include "elfwheel/repair/verify.h"

namespace elfwheel::repair {

struct InstalledEnvironment {
  std::string prefix;                      // links resolved
  std::vector<std::string> site_packages;  // links resolved, each once
  // Whether the prefix is a whole environment; false for what `pip install --target` made.
  bool whole = false;
};

// `directory`: an environment's prefix (pyvenv.cfg, or distributions below lib/python3.X), its
// site-packages, or any directory with distributions. Errors: kUsage when there are none.
InstalledEnvironment find_environment(const FileSystem& files, const std::string& directory);

// Checks each distribution's RECORD and every ELF file it lists, and finds ELF files that none
// does. Verification::path is left to the caller. Compiled Python files and others that are listed
// without a hash are nobody's business.
Verification verify_installed(const FileSystem& files, const InstalledEnvironment& environment,
                              const VerifyOptions& options);

}  // namespace elfwheel::repair
