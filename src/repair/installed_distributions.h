// What the distributions of an environment say of themselves: RECORD and WHEEL of each dist-info.
// Source: PEP 376 "RECORD"; packaging.python.org "Recording installed projects".
#pragma once

#include <set>
#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/repair/verify.h"
#include "elfwheel/wheel/install_scheme.h"
#include "elfwheel/wheel/record.h"
#include "repair/verify_installed.h"

namespace elfwheel::repair {

struct InstalledDistribution {
  std::vector<wheel::Tag> tags;  // empty when WHEEL can't be read: nothing is promised then
  // The Python that the place belongs to; where that can't be told, those of the tags.
  std::vector<wheel::PythonVersion> pythons;
};

// One file that some RECORD lists. It may be listed without a hash, as RECORD itself is: then
// nothing is promised of it.
struct ListedFile {
  std::string name;  // below the prefix, or absolute
  std::string path;
  wheel::RecordRow row;
  size_t distribution = 0;
};

struct InstalledDistributions {
  std::vector<InstalledDistribution> list;
  std::vector<ListedFile> files;   // each path once, in the order of site-packages and RECORD
  std::set<std::string> paths;     // of everything that is listed
  std::vector<Finding> findings;   // RECORDs that can't be read
  std::vector<std::string> notes;  // distributions that were passed over
  std::set<std::string> unsure;    // site-packages where some distribution has no RECORD
};

// Compiled Python files, which come and go, are listed and not among the files.
InstalledDistributions read_distributions(const FileSystem& files,
                                          const InstalledEnvironment& environment);

bool is_dist_info(const std::string& name);

// A path as findings have it: below the prefix, or absolute.
std::string name_below(const InstalledEnvironment& environment, const std::string& path);

Finding record_error(std::string file, std::string message);

}  // namespace elfwheel::repair
