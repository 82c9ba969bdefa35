// Headers of rpm packages and the databases that hold them, made in code: small enough to damage
// every byte of them. What rpm itself writes is tests/repair/compare_with_package_managers.py.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace elfwheel::test {

struct RpmFile {
  std::string directory;  // with its final '/'
  std::string name;
  char state = 0;  // RPMFILE_STATE_NORMAL
};

struct RpmSpec {
  std::string name, version = "1", release = "1", architecture = "x86_64";
  std::vector<RpmFile> files;
};

std::string build_rpm_header(const RpmSpec& spec);

// One header each, in the smallest pages that the format has, so that it is spread over several.
std::string build_ndb(const std::string& header);
std::string build_bdb(const std::string& header);
std::string build_sqlite(const std::string& header);

}  // namespace elfwheel::test
