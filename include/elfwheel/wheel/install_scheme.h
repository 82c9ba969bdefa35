// Where the entries of a wheel are installed to: a wheel has no single layout on disk, but one for
// each Python version and each way of installing. An rpath has to be right in all of them.
// Source: PEP 427 "The .data directory"; Python's sysconfig; pip and uv (docs/wheel_format.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/wheel/tags.h"

namespace elfwheel::wheel {

// The keys under DISTRIBUTION-VERSION.data/ and, for the root, what Root-Is-Purelib says.
enum class SchemeKey { kPurelib, kPlatlib, kData, kScripts, kHeaders };

// Directories are relative to the prefix, without "." parts; "" is the prefix itself.
struct InstallScheme {
  std::string label;  // "CPython 3.11 (lib64)", "--target"; for messages
  std::string purelib;
  std::string platlib;
  std::string data;
  std::string scripts;
  std::string headers;  // the distribution's own directory is not part of it

  const std::string& directory(SchemeKey key) const;
};

// What an entry's place depends on.
struct EntryPlace {
  SchemeKey key = SchemeKey::kPlatlib;
  std::string path;  // below the key's directory
};

// `entry_path` as ArchiveEntry::path. The first part may be ANYTHING.data, as pip has it; its
// second part must be one of the five keys: kCorrupt "ENTRY: ... is no install scheme key".
// Nothing for what lies in a .data directory and not below one of its keys' directories.
std::optional<EntryPlace> parse_entry_place(std::string_view entry_path, bool root_is_purelib);

// The absolute path of an entry below `prefix` (absolute, normal). `distribution` is the directory
// that pip makes for headers.
std::string installed_path(const InstallScheme& scheme, const std::string& prefix,
                           const EntryPlace& place, const std::string& distribution);

// One Python interpreter that a wheel may be installed for.
struct PythonVersion {
  std::string implementation;  // "python" (all but PyPy call their directory so) or "pypy"
  unsigned major = 3;
  unsigned minor = 0;
  bool free_threaded = false;  // lib/python3.14t
  friend bool operator==(const PythonVersion&, const PythonVersion&) = default;
};

// The versions that the tags and Requires-Python (may be "") allow, each once: CPython ascending, a
// free-threaded one behind its other half, then PyPy.
// cp311-cp311 is one version; cp39-abi3, py39-none and py3-none are ranges that end at
// kNewestPythonMinor; a bare py3 begins at kOldestPythonMinor unless Requires-Python says lower.
// Unreadable clauses of Requires-Python exclude nothing. Empty when tags and Requires-Python
// exclude each other, and for Python 2 alone.
std::vector<PythonVersion> allowed_pythons(const std::vector<Tag>& tags,
                                           std::string_view requires_python);
inline constexpr unsigned kOldestPythonMinor = 8;
inline constexpr unsigned kNewestPythonMinor = 15;

// Versions that a user names: "3.9-3.13", "3.9,3.11", "3.13t" for the free-threaded build,
// "pypy3.10"; in the order of allowed_pythons(), each once. Both ends of a range are of one kind.
// kUsage: "3.x is no Python version: try 3.9-3.13, 3.11,3.12 or 3.13t".
std::vector<PythonVersion> parse_pythons(std::string_view text);

// "3.11", "3.13t", "pypy3.10".
std::string python_text(const PythonVersion& version);

// The layouts of one version: lib/ (virtual environments, most systems); for CPython also lib64/
// for platlib (Fedora, RHEL, openSUSE) and Debian's dist-packages, whose prefix is /usr/local.
std::vector<InstallScheme> schemes_of(const PythonVersion& version);

// `pip install --target`, `uv pip install --target`: data lies beside the packages.
InstallScheme target_scheme();

// All layouts of the versions in their order, then target_scheme() last.
std::vector<InstallScheme> install_schemes(const std::vector<PythonVersion>& versions);
// Those of all allowed versions.
std::vector<InstallScheme> install_schemes(const std::vector<Tag>& tags,
                                           std::string_view requires_python);

}  // namespace elfwheel::wheel
