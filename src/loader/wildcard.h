// Shell patterns, component by component, on any FileSystem: glob(3) knows only the host's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/base/file_system.h"

namespace elfwheel::loader {

// Whether a file's name fits one component of a pattern: * ? [a-z] [!a-z] and \ before a character
// that means itself; a leading period has to be written. In time that grows with the product of
// both lengths, whatever the pattern: glibc's fnmatch(3) can take exponential time.
bool fits_pattern(std::string_view name, std::string_view pattern);

// The paths that exist and fit `pattern`, an absolute one, sorted within each directory; a
// directory that is reached by several ways counts once. Source: POSIX, "Pattern Matching
// Notation".
std::vector<std::string> find_by_pattern(const FileSystem& files, std::string_view pattern);

}  // namespace elfwheel::loader
