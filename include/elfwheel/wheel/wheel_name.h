// The file name of a wheel: DISTRIBUTION-VERSION(-BUILD)?-PYTHON-ABI-PLATFORM.whl.
// Source: PEP 427 "File name convention".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/wheel/tags.h"

namespace elfwheel::wheel {

struct WheelName {
  std::string distribution;          // as written: "My_Pkg.x"
  std::string version;               // as written
  std::string build;                 // "" without a build tag
  std::vector<std::string> pythons;  // at least one each, in the order of the name
  std::vector<std::string> abis;
  std::vector<std::string> platforms;

  // Every combination, python outermost.
  std::vector<Tag> tags() const;
  // The file name again, byte for byte what parse_wheel_name took.
  std::string file_name() const;
};

// Parses a file name without directories. kCorrupt, e.g. "not a wheel's file name: expected
// DISTRIBUTION-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl".
WheelName parse_wheel_name(std::string_view file_name);

// `name` with its platform tags changed (changed_platforms), all else byte for byte.
WheelName with_platforms(const WheelName& name, const PlatformChange& change);

// Lower case, runs of '-', '_' and '.' as one '-' (PEP 503 "Normalized Names").
std::string normalize_name(std::string_view name);

// Two spellings of one version compare equal here (PEP 440 "Normalization"): "1.0-RC1" and
// "1.0rc1", "v1.2" and "1.2", "1.0_cu12" and "1.0+cu12". Trailing zeros count as absent.
bool same_version(std::string_view a, std::string_view b);

}  // namespace elfwheel::wheel
