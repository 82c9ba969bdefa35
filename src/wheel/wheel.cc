#include "elfwheel/wheel/wheel.h"

#include <fmt/format.h>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "wheel/entry_path.h"

namespace elfwheel::wheel {
namespace {

std::string read_text(const Archive& archive, const std::string& path) {
  const size_t index = archive.find(path);
  if (index == Archive::kNoEntry || archive.entries()[index].is_directory)
    throw Error(ErrorCode::kCorrupt, fmt::format("{}: not in the archive", printable(path)));
  return std::string(archive.read(index).bytes().text());
}

// The directory's name has no room for a build tag, so its last '-' is before the version.
void check_dist_info(const WheelName& name, const std::string& dist_info) {
  const std::string stem = dist_info.substr(0, dist_info.rfind('.'));
  const size_t dash = stem.rfind('-');
  if (dash == std::string::npos ||
      normalize_name(stem.substr(0, dash)) != normalize_name(name.distribution) ||
      !same_version(stem.substr(dash + 1), name.version))
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{} is not of {}-{}, as the file name says", printable(dist_info),
                            name.distribution, name.version));
}

void check_metadata(const WheelName& name, const Metadata& metadata) {
  if (normalize_name(metadata.name) != normalize_name(name.distribution))
    throw Error(ErrorCode::kCorrupt, fmt::format("Name is {}, the file name says {}",
                                                 printable(metadata.name), name.distribution));
  if (!same_version(metadata.version, name.version))
    throw Error(ErrorCode::kCorrupt, fmt::format("Version is {}, the file name says {}",
                                                 printable(metadata.version), name.version));
}

// Every file must have a place: what an installer cannot place it refuses, or puts anywhere.
void check_places(const Archive& archive, bool root_is_purelib) {
  for (const ArchiveEntry& entry : archive.entries())
    if (!parse_entry_place(entry.path, root_is_purelib) && !entry.is_directory)
      throw Error(ErrorCode::kCorrupt,
                  fmt::format("{}: a file in a .data directory must be below one of data, headers, "
                              "platlib, purelib, scripts",
                              printable(entry.path)));
}

// All checks but those of RECORD's content.
Wheel open_unrecorded(const std::string& path, std::string_view file_name,
                      const ArchiveLimits& limits) {
  Archive archive = Archive::open(path, limits);
  WheelName name = parse_wheel_name(file_name);
  const std::string dist_info = find_dist_info(archive);
  check_dist_info(name, dist_info);

  const auto read_part = [&](const std::string& file, const auto& parse) {
    const std::string part = dist_info + "/" + file;
    const std::string text = read_text(archive, part);
    return with_where(printable(part), [&] { return parse(text); });
  };
  WheelFields fields;
  MetadataFile wheel_file = read_part("WHEEL", [&](const std::string& text) {
    MetadataFile parsed = MetadataFile::parse(text);
    fields = parse_wheel_fields(parsed);
    return parsed;
  });
  Metadata metadata = read_part("METADATA", [&](const std::string& text) {
    Metadata parsed = parse_metadata(MetadataFile::parse(text));
    check_metadata(name, parsed);
    return parsed;
  });
  std::vector<RecordRow> record =
      read_part("RECORD", [](const auto& t) { return parse_record(t); });

  check_places(archive, fields.root_is_purelib);
  return {std::move(archive), std::move(name),     dist_info,        std::move(wheel_file),
          std::move(fields),  std::move(metadata), std::move(record)};
}

}  // namespace

Wheel Wheel::open(const std::string& path, const ArchiveLimits& limits) {
  return open_as(path, std::string(base_name(path)), limits);
}

Wheel Wheel::open_as(const std::string& path, const std::string& file_name,
                     const ArchiveLimits& limits) {
  Wheel wheel = open_unrecorded(path, file_name, limits);
  throw_findings(compare_record(wheel.record, wheel.archive, wheel.record_path()));
  return wheel;
}

Wheel Wheel::open_without_record_check(const std::string& path, const ArchiveLimits& limits) {
  return open_unrecorded(path, base_name(path), limits);
}

std::vector<RecordFinding> Wheel::verify(unsigned threads) const {
  return verify_hashes(record, archive, threads);
}

std::vector<InstallScheme> Wheel::schemes() const {
  return install_schemes(name.tags(), metadata.requires_python);
}

}  // namespace elfwheel::wheel
