// Package URLs: names for packages of any ecosystem, which scanners compare.
// Source: package-url/purl-spec, PURL-SPECIFICATION.rst and the types deb, rpm, apk, pypi.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace elfwheel::repair {

struct Purl {
  std::string type;             // "deb"
  std::string name_space = {};  // "debian"; may be empty
  std::string name;
  std::string version;
  std::vector<std::pair<std::string, std::string>> qualifiers = {};  // empty values are left out
};

// The canonical text: qualifiers sorted by key, everything but [A-Za-z0-9.~_:-] percent-encoded.
std::string purl_text(Purl purl);

}  // namespace elfwheel::repair
