// A wheel as a value: its archive, name, dist-info directory, metadata and RECORD, checked against
// each other. What its ELF files need is the repair room's matter.
// Source: PEP 427; packaging.python.org "Binary distribution format"; docs/wheel_format.md.
#pragma once

#include <string>
#include <vector>

#include "elfwheel/wheel/archive.h"
#include "elfwheel/wheel/install_scheme.h"
#include "elfwheel/wheel/metadata_file.h"
#include "elfwheel/wheel/record.h"
#include "elfwheel/wheel/wheel_name.h"

namespace elfwheel::wheel {

struct Wheel {
  Archive archive;
  WheelName name;
  std::string dist_info;  // "pkg-1.0.dist-info"
  MetadataFile wheel_file;
  WheelFields wheel_fields;
  Metadata metadata;
  std::vector<RecordRow> record;

  // Opens a wheel and checks all that costs no inflating of its files: the archive (see
  // Archive::open), one dist-info with WHEEL, METADATA and RECORD, names and versions of file name,
  // dist-info and METADATA, every entry's place, and RECORD against the directory (compare_record).
  // Hashes are verify()'s. Errors: kNotFound, kIo, and one of the others for each broken rule; the
  // message names the entry, never the wheel.
  static Wheel open(const std::string& path, const ArchiveLimits& limits = {});
  // The same for a wheel that has another name than its file (a temporary one).
  static Wheel open_as(const std::string& path, const std::string& file_name,
                       const ArchiveLimits& limits = {});
  // As open(), but RECORD is only parsed: for a caller that tells every disagreement
  // (compare_record) instead of stopping at it.
  static Wheel open_without_record_check(const std::string& path, const ArchiveLimits& limits = {});

  // verify_hashes() of all rows; empty = every file is what RECORD says.
  std::vector<RecordFinding> verify(unsigned threads = 0) const;

  // "pkg-1.0.dist-info/RECORD".
  std::string record_path() const { return dist_info + "/RECORD"; }
  // Every layout that the wheel can be installed to (install_schemes of its tags).
  std::vector<InstallScheme> schemes() const;
};

// The one top-level *.dist-info directory. kCorrupt: "not a wheel: no .dist-info directory", "two
// .dist-info directories: A and B".
std::string find_dist_info(const Archive& archive);

}  // namespace elfwheel::wheel
