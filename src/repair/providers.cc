#include "repair/providers.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/libc.h"
#include "repair/elf_members.h"
#include "repair/patterns.h"
#include "repair/verify_installed.h"

namespace elfwheel::repair {
namespace {

constexpr std::string_view kDistInfo = ".dist-info";

bool names_a_wheel(const std::string& text) {
  return text.find('/') != text.npos || text.ends_with(".whl");
}

std::string_view key_name(wheel::SchemeKey key) {
  switch (key) {
    case wheel::SchemeKey::kPurelib:
      return "purelib";
    case wheel::SchemeKey::kPlatlib:
      return "platlib";
    case wheel::SchemeKey::kData:
      return "data";
    case wheel::SchemeKey::kScripts:
      return "scripts";
    case wheel::SchemeKey::kHeaders:
      break;
  }
  return "headers";
}

// Whether there is a layout that both can be installed to.
bool go_together(const wheel::Wheel& a, const wheel::Wheel& b) {
  std::set<std::string> labels;
  for (const wheel::InstallScheme& scheme : a.schemes()) labels.insert(scheme.label);
  // Every wheel can be installed by `pip install --target`, for whatever Python.
  labels.erase(wheel::target_scheme().label);
  const auto schemes = b.schemes();
  return std::any_of(schemes.begin(), schemes.end(),
                     [&](const auto& scheme) { return labels.count(scheme.label) != 0; });
}

// "Foo_Bar-1.0.dist-info" -> {"Foo_Bar", "1.0"}.
std::pair<std::string, std::string> split_dist_info(std::string_view name) {
  name.remove_suffix(kDistInfo.size());
  const size_t dash = std::min(name.find('-'), name.size());
  const size_t version = std::min(dash + 1, name.size());
  return {std::string(name.substr(0, dash)), std::string(name.substr(version))};
}

// The name in a requirement of PEP 508: "Foo[extra]>=1; marker" -> "foo".
std::string required_name(std::string_view requirement) {
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  const auto end = std::find_if_not(requirement.begin(), requirement.end(), is_name);
  return wheel::normalize_name({requirement.begin(), end});
}

bool is_for_an_extra(std::string_view requirement) {
  const size_t marker = requirement.find(';');
  return marker != requirement.npos && requirement.find("extra", marker) != requirement.npos;
}

}  // namespace

Providers::Providers(const AuditOptions& options, const wheel::Wheel& own)
    : options_(options), machine_(options.files != nullptr ? *options.files : host_file_system()) {
  for (const std::string& pattern : options.depends_on) {
    if (names_a_wheel(pattern))
      add_wheel(pattern);
    else
      add_matching(pattern, own);
  }
}

bool Providers::is_known(const std::string& distribution) const {
  return std::any_of(sources_.begin(), sources_.end(), [&](const Source& source) {
    return wheel::normalize_name(source.distribution) == wheel::normalize_name(distribution);
  });
}

void Providers::add_matching(const std::string& pattern, const wheel::Wheel& own) {
  const std::string wanted = wheel::normalize_name(pattern);
  const std::string own_name = wheel::normalize_name(own.name.distribution);
  bool found = matches(wanted, own_name);
  for (const std::string& path : options_.other_wheels) {
    const std::string file_name(base_name(path));
    std::string name;
    try {
      name = wheel::normalize_name(wheel::parse_wheel_name(file_name).distribution);
    } catch (const Error&) {
      continue;  // its own turn tells
    }
    if (name == own_name || !matches(wanted, name)) continue;
    found = true;
    if (is_known(name)) continue;
    try {
      if (!go_together(own, wheel::Wheel::open_without_record_check(path))) continue;
    } catch (const Error&) {
      continue;  // likewise
    }
    add_wheel(path);
  }
  found |= add_installed(wanted, own_name);
  if (found) return;
  std::string where = "no wheel of this call";
  if (!options_.environments.empty())
    where += fmt::format(" and nothing installed in {}", fmt::join(options_.environments, ", "));
  throw Error(
      ErrorCode::kNotFound,
      fmt::format("the distribution \"{}\", which is to be depended on, is {}", pattern, where));
}

void Providers::add_wheel(const std::string& path) {
  Source source;
  // Wheels whose RECORD lies are published and installed (scipy-openblas64 0.3.31 has sizes from
  // before its last repair). It is their own repair, or verify, that has to say so.
  source.wheel = with_where(path, [&] { return wheel::Wheel::open_without_record_check(path); });
  source.distribution = source.wheel->name.distribution;
  source.version = source.wheel->name.version;
  const auto& entries = source.wheel->archive.entries();
  for (size_t entry = 0; entry < entries.size(); ++entry) {
    if (entries[entry].is_directory) continue;
    if (const auto place = wheel::parse_entry_place(entries[entry].path,
                                                    source.wheel->wheel_fields.root_is_purelib))
      add_file(source, *place, "", entry);
  }
  sources_.push_back(std::move(source));
}

bool Providers::add_installed(const std::string& pattern, const std::string& own) {
  bool found = false;
  for (const std::string& directory : options_.environments) {
    InstalledEnvironment environment;
    try {
      environment = find_environment(machine_, directory);
    } catch (const Error&) {
      continue;  // nothing is installed there
    }
    for (const std::string& site : environment.site_packages) {
      for (const std::string& name : machine_.list_directory(site)) {
        if (!name.ends_with(kDistInfo)) continue;
        const std::string distribution = wheel::normalize_name(split_dist_info(name).first);
        if (!matches(pattern, distribution)) continue;
        found = true;
        if (distribution == own || is_known(distribution)) continue;
        with_where(join_path(site, name),
                   [&] { add_dist_info(site, environment.whole ? environment.prefix : "", name); });
      }
    }
  }
  return found;
}

void Providers::add_dist_info(const std::string& site_packages, const std::string& prefix,
                              const std::string& dist_info) {
  const auto read = [&](const std::string& name) {
    const OpenedFile opened = machine_.open(join_path(join_path(site_packages, dist_info), name));
    return opened.error == 0 ? std::string(opened.contents->bytes().text()) : "";
  };
  Source source;
  std::tie(source.distribution, source.version) = split_dist_info(dist_info);
  const std::string purelib =
      wheel::MetadataFile::parse(read("WHEEL")).find("Root-Is-Purelib").value_or("false");
  const bool is_purelib = purelib == "true" || purelib == "True";
  for (const wheel::RecordRow& row : wheel::parse_record(read("RECORD"))) {
    const std::string path = normalize_path(join_path(site_packages, row.path));
    wheel::EntryPlace place;
    if (is_within(path, site_packages)) {
      place.key = is_purelib ? wheel::SchemeKey::kPurelib : wheel::SchemeKey::kPlatlib;
      place.path = relative_path(site_packages, path);
    } else if (!prefix.empty() && is_within(path, prefix)) {
      place.key = wheel::SchemeKey::kData;
      place.path = relative_path(prefix, path);
    } else {
      continue;
    }
    add_file(source, place, path, 0);
  }
  sources_.push_back(std::move(source));
}

void Providers::add_file(Source& source, const wheel::EntryPlace& place,
                         const std::string& machine_path, size_t entry) const {
  const std::string path = fmt::format("{}-{}.data/{}/{}", source.distribution, source.version,
                                       key_name(place.key), place.path);
  source.files.emplace(base_name(path), std::pair(path, machine_path));
  if (source.wheel) source.entries.emplace(path, entry);
}

std::vector<OpenedProvision> Providers::open(const std::string& name,
                                             const std::string& architecture) const {
  std::vector<OpenedProvision> found;
  for (const Source& source : sources_) {
    const auto [first, last] = source.files.equal_range(name);
    for (auto file = first; file != last; ++file)
      if (auto opened = open_file(source, file->second.first, file->second.second, architecture))
        found.push_back(*std::move(opened));
    if (!found.empty()) break;
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

std::optional<OpenedProvision> Providers::open_file(const Source& source, const std::string& path,
                                                    const std::string& machine_path,
                                                    const std::string& architecture) const {
  OpenedProvision opened;
  opened.distribution = source.distribution;
  opened.version = source.version;
  opened.path = path;
  Bytes bytes;
  if (source.wheel) {
    opened.buffer = source.wheel->archive.read(source.entries.at(path));
    bytes = opened.buffer.bytes();
  } else {
    OpenedFile file = machine_.open(machine_path);
    if (file.error != 0) return std::nullopt;
    opened.contents = std::move(file.contents);
    bytes = opened.contents->bytes();
  }
  // A linker's script, a library for another machine, debugging information alone: nothing that
  // the loader takes.
  if (!elf::ElfFile::has_magic(bytes)) return std::nullopt;
  opened.file = with_where(path, [&] { return elf::ElfFile::parse(bytes); });
  if (elf::wheel_architecture(opened.file.header()) != architecture ||
      is_debug_companion(opened.file))
    return std::nullopt;
  return opened;
}

std::vector<std::string> missing_requirements(const wheel::Metadata& metadata,
                                              const std::map<std::string, std::string>& brings) {
  std::set<std::string> required;
  std::set<std::string> required_by_extras;
  for (const std::string& requirement : metadata.requires_dist)
    (is_for_an_extra(requirement) ? required_by_extras : required)
        .insert(required_name(requirement));
  std::vector<std::string> lines;
  for (const auto& [distribution, library] : brings) {
    const std::string name = wheel::normalize_name(distribution);
    if (required.count(name) != 0) continue;
    if (required_by_extras.count(name) != 0)
      lines.push_back(fmt::format(
          "METADATA requires {} for an extra only: without it {} is not found", name, library));
    else
      lines.push_back(fmt::format(
          "METADATA does not require {}, which brings {}: add \"{}\" to the dependencies", name,
          library, name));
  }
  return lines;
}

}  // namespace elfwheel::repair
