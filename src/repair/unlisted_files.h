// ELF files of an environment that no distribution lists: nobody will update or remove them.
#pragma once

#include <vector>

#include "repair/installed_distributions.h"

namespace elfwheel::repair {

// Looks through site-packages, and through directories elsewhere that hold files of a distribution;
// not through programs' ones, where the interpreter itself lies. Site-packages in which a
// distribution keeps no RECORD are passed over.
std::vector<Finding> find_unlisted(const FileSystem& files, const InstalledEnvironment& environment,
                                   const InstalledDistributions& installed);

}  // namespace elfwheel::repair
