// stat(2) and readdir(3) of the host as values, for the file systems that stand on it.
#pragma once

#include <string>
#include <vector>

#include "elfwheel/base/file_system.h"

namespace elfwheel {

// As FileSystem::status on the host.
FileStatus read_host_status(const std::string& path);

// As FileSystem::list_directory on the host.
std::vector<std::string> list_host_directory(const std::string& path);

}  // namespace elfwheel
