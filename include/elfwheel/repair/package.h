// The package of a distribution that a file of the build machine belongs to.
#pragma once

#include <string>

namespace elfwheel::repair {

struct Package {
  std::string name;     // "libgomp1"
  std::string version;  // as the package manager compares it: "12.2.0-14+deb12u1"
  std::string purl;     // "pkg:deb/debian/libgomp1@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12"
};

}  // namespace elfwheel::repair
