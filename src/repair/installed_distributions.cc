#include "repair/installed_distributions.h"

#include <charconv>
#include <optional>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/wheel/metadata_file.h"

namespace elfwheel::repair {
namespace {

// "python3.11", "python3.13t", "pypy3.10": the directory above site-packages.
std::optional<wheel::PythonVersion> parse_python_directory(std::string_view name) {
  wheel::PythonVersion version;
  for (const std::string_view implementation : {"python", "pypy"}) {
    if (!name.starts_with(implementation)) continue;
    const std::string_view rest = name.substr(implementation.size());
    const char* const end = rest.data() + rest.size();
    const auto major = std::from_chars(rest.data(), end, version.major);
    if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return std::nullopt;
    const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
    if (minor.ec != std::errc()) return std::nullopt;
    version.implementation = implementation;
    version.free_threaded = std::string_view(minor.ptr, end) == "t";
    return version;
  }
  return std::nullopt;
}

class Reader {
 public:
  Reader(const FileSystem& files, const InstalledEnvironment& environment)
      : files_(files), environment_(environment) {}

  InstalledDistributions run() {
    for (const std::string& site : environment_.site_packages)
      for (const std::string& name : files_.list_directory(site))
        if (is_dist_info(name)) read(site, name);
    return std::move(result_);
  }

 private:
  std::optional<std::string> read_text(const std::string& path) const {
    const OpenedFile opened = files_.open(path);
    if (opened.error != 0) return std::nullopt;
    return std::string(opened.contents->bytes().text());
  }

  // Distributions of a system's own package manager often have no RECORD: it keeps the list.
  void read(const std::string& site, const std::string& dist_info) {
    const std::string directory = join_path(site, dist_info);
    const std::string record_path = join_path(directory, "RECORD");
    const auto record = read_text(record_path);
    if (!record) {
      result_.notes.push_back(name_below(environment_, directory) +
                              ": passed over: there is no RECORD");
      result_.unsure.insert(site);
      return;
    }
    result_.list.push_back(describe(site, directory));
    try {
      for (wheel::RecordRow& row : wheel::parse_record(*record)) add(site, std::move(row));
    } catch (const Error& error) {
      result_.findings.push_back(record_error(name_below(environment_, record_path), error.what()));
      result_.unsure.insert(site);
    }
  }

  InstalledDistribution describe(const std::string& site, const std::string& directory) const {
    InstalledDistribution distribution;
    if (const auto text = read_text(join_path(directory, "WHEEL"))) {
      try {
        distribution.tags = wheel::parse_wheel_fields(wheel::MetadataFile::parse(*text)).tags;
      } catch (const Error&) {
        distribution.tags.clear();  // installed all the same
      }
    }
    if (const auto python = parse_python_directory(base_name(directory_name(site))))
      distribution.pythons = {*python};
    else
      distribution.pythons = wheel::allowed_pythons(distribution.tags, "");
    return distribution;
  }

  void add(const std::string& site, wheel::RecordRow row) {
    const std::string path = path_of(site, row.path);
    if (!result_.paths.insert(path).second || path.ends_with(".pyc")) return;
    result_.files.push_back(
        {name_below(environment_, path), path, std::move(row), result_.list.size() - 1});
  }

  // `pip install --target` installs below lib/python of a temporary directory, and moves all that
  // is there and above to one place; RECORD keeps the ways from there ("../../bin/x").
  std::string path_of(const std::string& site, std::string_view listed) const {
    if (listed.starts_with('/')) return normalize_path(listed);
    while (!environment_.whole && listed.starts_with("../")) listed.remove_prefix(3);
    return normalize_path(join_path(site, listed));
  }

  const FileSystem& files_;
  const InstalledEnvironment& environment_;
  InstalledDistributions result_;
};

}  // namespace

bool is_dist_info(const std::string& name) { return name.ends_with(".dist-info"); }

std::string name_below(const InstalledEnvironment& environment, const std::string& path) {
  if (!is_within(path, environment.prefix) || path == environment.prefix) return path;
  return relative_path(environment.prefix, path);
}

Finding record_error(std::string file, std::string message) {
  return {Severity::kError, Check::kRecord, std::move(file), std::move(message),
          "install the distribution anew"};
}

InstalledDistributions read_distributions(const FileSystem& files,
                                          const InstalledEnvironment& environment) {
  return Reader(files, environment).run();
}

}  // namespace elfwheel::repair
