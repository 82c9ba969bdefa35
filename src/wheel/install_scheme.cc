#include "elfwheel/wheel/install_scheme.h"

#include <fmt/format.h>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "wheel/entry_path.h"

namespace elfwheel::wheel {
namespace {

struct KeyName {
  SchemeKey key;
  std::string_view name;
};
constexpr KeyName kKeyNames[] = {
    {SchemeKey::kPurelib, "purelib"}, {SchemeKey::kPlatlib, "platlib"}, {SchemeKey::kData, "data"},
    {SchemeKey::kScripts, "scripts"}, {SchemeKey::kHeaders, "headers"},
};

std::optional<SchemeKey> find_key(std::string_view name) {
  for (const KeyName& known : kKeyNames)
    if (known.name == name) return known.key;
  return std::nullopt;
}

// "python3.14t", "pypy3.10": the directory's name below lib/.
std::string library_name(const PythonVersion& version) {
  return fmt::format("{}{}.{}{}", version.implementation, version.major, version.minor,
                     version.free_threaded ? "t" : "");
}

InstallScheme prefix_scheme(const PythonVersion& version, std::string_view purelib_root,
                            std::string_view platlib_root, std::string_view packages) {
  const std::string library = library_name(version);
  const bool pypy = version.implementation == "pypy";
  InstallScheme scheme;
  scheme.label = fmt::format("{} {}.{}{} ({})", pypy ? "PyPy" : "CPython", version.major,
                             version.minor, version.free_threaded ? "t" : "",
                             packages == "site-packages" ? platlib_root : packages);
  scheme.purelib = fmt::format("{}/{}/{}", purelib_root, library, packages);
  scheme.platlib = fmt::format("{}/{}/{}", platlib_root, library, packages);
  scheme.scripts = "bin";
  scheme.headers = fmt::format("include/site/{}", library);
  return scheme;
}

}  // namespace

const std::string& InstallScheme::directory(SchemeKey key) const {
  switch (key) {
    case SchemeKey::kPurelib:
      return purelib;
    case SchemeKey::kPlatlib:
      return platlib;
    case SchemeKey::kScripts:
      return scripts;
    case SchemeKey::kHeaders:
      return headers;
    case SchemeKey::kData:
      break;
  }
  return data;
}

std::optional<EntryPlace> parse_entry_place(std::string_view entry_path, bool root_is_purelib) {
  const size_t first = entry_path.find('/');
  if (!entry_path.substr(0, first).ends_with(".data")) {
    const SchemeKey root = root_is_purelib ? SchemeKey::kPurelib : SchemeKey::kPlatlib;
    return EntryPlace{root, std::string(entry_path)};
  }
  if (first == entry_path.npos) return std::nullopt;
  const std::string_view below = entry_path.substr(first + 1);
  const size_t second = below.find('/');
  const auto key = find_key(below.substr(0, second));
  if (second == below.npos) return std::nullopt;
  if (!key)
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}: {} is no install scheme key (data, headers, platlib, purelib, "
                            "scripts)",
                            printable(entry_path), printable(below.substr(0, second))));
  return EntryPlace{*key, std::string(below.substr(second + 1))};
}

std::string installed_path(const InstallScheme& scheme, const std::string& prefix,
                           const EntryPlace& place, const std::string& distribution) {
  std::string directory = prefix;
  if (const std::string& below = scheme.directory(place.key); !below.empty())
    directory = join_path(directory, below);
  if (place.key == SchemeKey::kHeaders) directory = join_path(directory, distribution);
  return join_path(directory, place.path);
}

std::vector<InstallScheme> schemes_of(const PythonVersion& version) {
  std::vector<InstallScheme> schemes = {prefix_scheme(version, "lib", "lib", "site-packages")};
  if (version.implementation != "python") return schemes;
  schemes.push_back(prefix_scheme(version, "lib", "lib64", "site-packages"));
  schemes.push_back(prefix_scheme(version, "lib", "lib", "dist-packages"));
  return schemes;
}

InstallScheme target_scheme() {
  InstallScheme scheme;
  scheme.label = "--target";
  scheme.scripts = "bin";
  scheme.headers = "include";
  return scheme;
}

std::vector<InstallScheme> install_schemes(const std::vector<PythonVersion>& versions) {
  std::vector<InstallScheme> schemes;
  for (const PythonVersion& version : versions)
    for (InstallScheme& scheme : schemes_of(version)) schemes.push_back(std::move(scheme));
  schemes.push_back(target_scheme());
  return schemes;
}

std::vector<InstallScheme> install_schemes(const std::vector<Tag>& tags,
                                           std::string_view requires_python) {
  return install_schemes(allowed_pythons(tags, requires_python));
}

}  // namespace elfwheel::wheel
